/// The sizes of SAM's vision transformer.
public struct ViTConfiguration: Sendable, Hashable {
    /// How the picture becomes the first grid of tokens.
    public enum PatchEmbedding: Sendable, Hashable {
        /// One convolution with kernel and stride of `patch` pixels (the published models).
        case projection(patch: Int)
        /// 3 x 3 convolutions of stride 2, GELU between them; the last count equals ``ViTConfiguration/width``.
        case stem(channels: [Int])

        /// Side of the square of input pixels that one token stands for.
        public var patch: Int {
            switch self {
            case .projection(let patch): patch
            case .stem(let channels): 1 << channels.count
            }
        }
    }

    public var patchEmbedding: PatchEmbedding
    /// Embedding cells on a side of the square that the weights' positions are made for.
    public var trainedGrid: Int
    /// Channels of a token.
    public var width: Int
    /// Number of blocks.
    public var depth: Int
    public var heads: Int
    /// Hidden channels of a block's feed-forward part.
    public var hiddenWidth: Int
    /// Side of an attention window, tokens.
    public var window: Int
    /// Blocks (counted from 0) that attend over the whole grid instead of windows.
    public var globalBlocks: [Int]

    public init(
        patchEmbedding: PatchEmbedding = .projection(patch: 16), trainedGrid: Int = 64, width: Int, depth: Int,
        heads: Int, hiddenWidth: Int? = nil, window: Int = 14, globalBlocks: [Int]
    ) {
        self.patchEmbedding = patchEmbedding
        self.trainedGrid = trainedGrid
        self.width = width
        self.depth = depth
        self.heads = heads
        self.hiddenWidth = hiddenWidth ?? 4 * width
        self.window = window
        self.globalBlocks = globalBlocks
    }
}
