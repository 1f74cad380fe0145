/// The sizes of a convolutional trunk, which turns a picture into a grid of vectors before a transformer's first block.
///
/// A trunk is the first part of a network for classification, EfficientNet-Lite: a convolution, and blocks of three
/// convolutions each. What stands behind some of the blocks, the taps, is brought to the patches' grid and to the
/// transformer's width, and added up.
public struct TrunkConfiguration: Hashable, Sendable {
    /// One block: a 1 x 1 convolution to more channels, a convolution within each channel, and a 1 x 1 convolution back.
    public struct Block: Hashable, Sendable {
        /// Channels inside. Where they are as many as the block gets, its first convolution is left out.
        public var hidden: Int
        /// Side of the kernel within each channel, 3 or 5.
        public var kernel: Int
        /// 1, or 2 where the block halves the sides of its map (rounded up).
        public var stride: Int
        /// Channels of the block's result.
        public var channels: Int

        /// A block of these sizes.
        public init(hidden: Int, kernel: Int, stride: Int, channels: Int) {
            self.hidden = hidden
            self.kernel = kernel
            self.stride = stride
            self.channels = channels
        }
    }

    /// Channels of the first convolution's result; it halves the picture's sides.
    public var stemChannels: Int
    /// What follows it.
    public var blocks: [Block]
    /// The blocks (counted from 0) behind which features are taken, in ascending order; the last block is one of them.
    public var taps: [Int]

    /// A trunk of these sizes.
    public init(stemChannels: Int, blocks: [Block], taps: [Int]) {
        self.stemChannels = stemChannels
        self.blocks = blocks
        self.taps = taps
    }

    /// Channels that enter each block.
    var inputs: [Int] { [stemChannels] + blocks.dropLast().map(\.channels) }

    /// Pixels of the picture that one pixel behind this block stands for, along a side.
    func reduction(behind block: Int) -> Int { blocks[...block].reduce(2) { $0 * $1.stride } }
}

extension TrunkConfiguration: CustomStringConvertible {
    /// One line for people.
    public var description: String { "trunk of \(blocks.count) blocks, seen behind \(taps)" }
}

extension TrunkConfiguration {
    /// Larger than any trunk here, and small enough that products of sizes can be counted.
    private static let mostBlocks = 64
    private static let mostChannels = 1 << 16

    /// Checks that a trunk can have these sizes.
    ///
    /// - Parameter patch: pixels along the side of a patch, the grid on which features are added up.
    /// - Throws: ``TrunkError/unusable(fact:rule:)`` for the first fact that cannot be.
    public func validate(patch: Int) throws(TrunkError) {
        func check(_ fact: String, _ rule: String, _ holds: Bool) throws(TrunkError) {
            if !holds { throw .unusable(fact: fact, rule: rule) }
        }
        // A trunk's own grids are powers of two, so that these patches hold whole numbers of their pixels, or the reverse.
        try check("patch", "be a power of two from 2 to 64", (1...6).contains { patch == 1 << $0 })
        try check("blocks", "be 1 to \(Self.mostBlocks)", (1...Self.mostBlocks).contains(blocks.count))
        let channels = [stemChannels] + blocks.flatMap { [$0.hidden, $0.channels] }
        try check(
            "channels", "be 1 to \(Self.mostChannels)", channels.allSatisfy { (1...Self.mostChannels).contains($0) })
        try check("kernels", "be 3 or 5", blocks.allSatisfy { $0.kernel == 3 || $0.kernel == 5 })
        try check("strides", "be 1 or 2", blocks.allSatisfy { $0.stride == 1 || $0.stride == 2 })
        try check(
            "taps", "ascend from 0 on and end with the last block, \(blocks.count - 1)",
            taps.last == blocks.count - 1 && taps.allSatisfy { $0 >= 0 } && zip(taps, taps.dropFirst()).allSatisfy(<))
    }
}
