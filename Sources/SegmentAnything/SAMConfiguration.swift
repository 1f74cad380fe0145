/// Everything about a Segment Anything model that decides the shapes of its weights or the meaning of its input.
///
/// The published models are static values; ``detect(from:)`` reads a configuration off a set of weights.
public struct SAMConfiguration: Sendable, Hashable {
    /// The network that embeds pictures.
    public enum ImageEncoder: Sendable, Hashable {
        /// SAM's vision transformer.
        case vit(ViTConfiguration)
        /// MobileSAM's smaller network.
        case tinyViT(TinyViTConfiguration)
    }

    /// Side of the square model input, pixels. The published models are made for 1024; another multiple of ``patch``
    /// interpolates the positions of a ViT to the other grid, at a loss that grows with the difference.
    public var side = 1024
    /// The network that embeds pictures.
    public var imageEncoder: ImageEncoder

    // MARK: Prompt encoder and mask decoder

    /// Channels of the image embedding, the prompts and the decoder's tokens.
    public var promptWidth = 256
    /// Channels of a mask prompt just before its last convolution.
    public var maskChannels = 16
    /// Layers of the two-way transformer.
    public var decoderDepth = 2
    /// Heads of each attention of the two-way transformer.
    public var decoderHeads = 8
    /// Hidden channels of a decoder layer's feed-forward part.
    public var decoderHiddenWidth = 2048
    /// Channels inside the cross-attention between prompt tokens and image tokens.
    public var decoderAttentionWidth = 128
    /// Mask tokens: the first one is for ``MaskCount/single``, the others are for ``MaskCount/multiple``.
    public var maskTokens = 4
    /// Hidden channels of the IoU head (`iou_prediction_head`).
    public var iouHeadHiddenWidth = 256

    // MARK: Pixels

    /// Subtracted from red, green and blue (0...255).
    public var pixelMean: [Float] = [123.675, 116.28, 103.53]
    /// What red, green and blue are then divided by (0...255).
    public var pixelStandardDeviation: [Float] = [58.395, 57.12, 57.375]

    /// The published prompt encoder and mask decoder behind an image encoder.
    public init(imageEncoder: ImageEncoder) { self.imageEncoder = imageEncoder }

    /// Input pixels on a side of the square that one image token stands for.
    public var patch: Int { imageEncoder.patch }
    /// Image tokens on a side of the model's square.
    public var grid: Int { side / patch }
    /// Side of the decoder's logits and of mask prompts: four pixels for each image token.
    public var lowResolutionSide: Int { 4 * grid }
}

extension SAMConfiguration.ImageEncoder {
    /// Input pixels on a side of the square that one image token stands for.
    public var patch: Int {
        switch self {
        case .vit(let vit): vit.patch
        case .tinyViT(let tinyViT): tinyViT.patch
        }
    }
}

extension SAMConfiguration.ImageEncoder: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .vit(let vit): "ViT, \(vit.depth) blocks of width \(vit.width)"
        case .tinyViT(let tinyViT): "TinyViT, stages of widths \(tinyViT.widths)"
        }
    }
}

extension SAMConfiguration {
    /// The published ViT-B model.
    public static let vitB = SAMConfiguration(
        imageEncoder: .vit(ViTConfiguration(width: 768, depth: 12, heads: 12, globalBlocks: [2, 5, 8, 11])))
    /// The published ViT-L model.
    public static let vitL = SAMConfiguration(
        imageEncoder: .vit(ViTConfiguration(width: 1024, depth: 24, heads: 16, globalBlocks: [5, 11, 17, 23])))
    /// The published ViT-H model.
    public static let vitH = SAMConfiguration(
        imageEncoder: .vit(ViTConfiguration(width: 1280, depth: 32, heads: 16, globalBlocks: [7, 15, 23, 31])))
    /// The published MobileSAM: SAM's decoder behind a TinyViT encoder.
    public static let mobileSAM = SAMConfiguration(
        imageEncoder: .tinyViT(
            TinyViTConfiguration(
                widths: [64, 128, 160, 320], depths: [2, 2, 6, 2], heads: [4, 5, 10], windows: [7, 14, 7])))
}
