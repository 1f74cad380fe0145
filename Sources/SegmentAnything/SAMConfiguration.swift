/// Everything about a Segment Anything model that decides the shapes of its weights or the meaning of its input.
///
/// The three published sizes are static values; ``detect(from:)`` reads a configuration off a set of weights.
public struct SAMConfiguration: Sendable, Hashable {
    /// How the picture becomes the first grid of tokens.
    public enum PatchEmbedding: Sendable, Hashable {
        /// One convolution with kernel and stride of `patch` pixels (the published models).
        case projection(patch: Int)
        /// 3 x 3 convolutions of stride 2, GELU between them; the last count equals ``SAMConfiguration/width``.
        case stem(channels: [Int])

        /// Side of the square of input pixels that one token stands for.
        public var patch: Int {
            switch self {
            case .projection(let patch): patch
            case .stem(let channels): 1 << channels.count
            }
        }
    }

    /// Side of the square model input, pixels. The published models are made for 1024; another multiple of ``patch``
    /// stretches their positions to the other grid, at a loss that grows with the difference.
    public var side: Int
    /// Embedding cells on a side of the square that the weights' positions are made for.
    public var trainedGrid: Int
    public var patchEmbedding: PatchEmbedding

    // MARK: Image encoder

    /// Channels of an encoder token.
    public var width: Int
    /// Number of encoder blocks.
    public var depth: Int
    public var heads: Int
    /// Hidden channels of an encoder block's feed-forward part.
    public var hiddenWidth: Int
    /// Side of an attention window, tokens.
    public var window: Int
    /// Blocks (counted from 0) that attend over the whole grid instead of windows.
    public var globalBlocks: [Int]

    // MARK: Prompt encoder and mask decoder

    /// Channels of the image embedding, the prompts and the decoder's tokens.
    public var promptWidth: Int
    /// Channels of a mask prompt just before its last convolution.
    public var maskChannels: Int
    public var decoderDepth: Int
    public var decoderHeads: Int
    /// Hidden channels of a decoder layer's feed-forward part.
    public var decoderHiddenWidth: Int
    /// Channels inside the attention between tokens and picture.
    public var decoderAttentionWidth: Int
    /// Mask tokens: number 0 answers alone, the others together.
    public var maskTokens: Int
    /// Hidden channels of the head that predicts each mask's IoU.
    public var qualityHiddenWidth: Int

    // MARK: Pixels

    /// Subtracted from red, green and blue (0...255).
    public var pixelMean: [Float]
    /// What red, green and blue are then divided by (0...255).
    public var pixelDeviation: [Float]

    public init(
        side: Int = 1024, trainedGrid: Int? = nil, patchEmbedding: PatchEmbedding = .projection(patch: 16),
        width: Int, depth: Int, heads: Int, hiddenWidth: Int? = nil, window: Int = 14, globalBlocks: [Int],
        promptWidth: Int = 256, maskChannels: Int = 16, decoderDepth: Int = 2, decoderHeads: Int = 8,
        decoderHiddenWidth: Int = 2048, decoderAttentionWidth: Int? = nil, maskTokens: Int = 4,
        qualityHiddenWidth: Int = 256,
        pixelMean: [Float] = [123.675, 116.28, 103.53], pixelDeviation: [Float] = [58.395, 57.12, 57.375]
    ) {
        self.side = side
        self.trainedGrid = trainedGrid ?? side / patchEmbedding.patch
        self.patchEmbedding = patchEmbedding
        self.width = width
        self.depth = depth
        self.heads = heads
        self.hiddenWidth = hiddenWidth ?? 4 * width
        self.window = window
        self.globalBlocks = globalBlocks
        self.promptWidth = promptWidth
        self.maskChannels = maskChannels
        self.decoderDepth = decoderDepth
        self.decoderHeads = decoderHeads
        self.decoderHiddenWidth = decoderHiddenWidth
        self.decoderAttentionWidth = decoderAttentionWidth ?? promptWidth / 2
        self.maskTokens = maskTokens
        self.qualityHiddenWidth = qualityHiddenWidth
        self.pixelMean = pixelMean
        self.pixelDeviation = pixelDeviation
    }

    /// Input pixels on a side of one embedding cell.
    public var patch: Int { patchEmbedding.patch }
    /// Embedding cells on a side of the model's square.
    public var grid: Int { side / patch }
    /// Side of the decoder's logits and of mask prompts: four to an embedding cell.
    public var lowResolutionSide: Int { 4 * grid }
}

extension SAMConfiguration {
    /// The published ViT-B model.
    public static let vitB = SAMConfiguration(width: 768, depth: 12, heads: 12, globalBlocks: [2, 5, 8, 11])
    /// The published ViT-L model.
    public static let vitL = SAMConfiguration(width: 1024, depth: 24, heads: 16, globalBlocks: [5, 11, 17, 23])
    /// The published ViT-H model.
    public static let vitH = SAMConfiguration(width: 1280, depth: 32, heads: 16, globalBlocks: [7, 15, 23, 31])
}
