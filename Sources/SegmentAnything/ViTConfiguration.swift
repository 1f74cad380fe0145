/// The sizes of SAM's vision transformer.
public struct ViTConfiguration: Sendable, Hashable {
    /// Kernel and stride of the convolution that makes the tokens: side of the square of input pixels that one token stands
    /// for.
    public var patch = 16
    /// Tokens on a side of the grid that the position embeddings are made for.
    public var trainedGrid = 64
    /// Channels of a token.
    public var width: Int
    /// Number of blocks.
    public var depth: Int
    /// Heads of each attention.
    public var heads: Int
    /// Hidden channels of a block's feed-forward part.
    public var hiddenWidth: Int
    /// Side of an attention window, tokens.
    public var window = 14
    /// Blocks (counted from 0) that attend over the whole grid instead of windows.
    public var globalBlocks: [Int]

    /// The sizes that differ between the published models; the others are as published.
    public init(width: Int, depth: Int, heads: Int, globalBlocks: [Int]) {
        self.width = width
        self.depth = depth
        self.heads = heads
        hiddenWidth = 4 * width
        self.globalBlocks = globalBlocks
    }
}
