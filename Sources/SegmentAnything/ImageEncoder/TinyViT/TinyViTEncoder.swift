import NeuralNetwork
import Tensors

/// The small image encoder of MobileSAM, in place of SAM's vision transformer.
///
/// Maps keep the channels of a pixel together, `[rows, columns, channels]`; the reference has the channels first. Then a
/// 1 x 1 convolution is a linear layer of the pixels, and attention takes the map as it is.
///
/// Matches `TinyViT` of MobileSAM without its classifier.
struct TinyViTEncoder: Sendable {
    /// A stage of attention and the merging in front of it.
    struct Stage: Sendable {
        let merging: PatchMerging
        let blocks: [TinyViTBlock]

        /// `[rows, columns, in]` to `[rows, columns, out]` of this stage.
        func callAsFunction<Failure>(_ map: Tensor, _ steps: CancellableSteps<Failure>) throws(Failure) -> Tensor {
            let merged = try steps { merging(map) }
            var tokens = merged.reshaped(to: [-1, merged.shape[2]])
            for block in blocks { tokens = try steps { block(tokens) } }
            return tokens.reshaped(to: merged.shape)
        }
    }

    let patchEmbedding: TinyViTPatchEmbedding
    let convolutions: [InvertedBottleneck]
    let stages: [Stage]
    let neck: EncoderNeck
    /// The encoder's name among the weights.
    let path: String

    /// - Precondition: `side` is a multiple of the configuration's patch.
    init(_ weights: WeightScope, configuration: TinyViTConfiguration, side: Int, promptWidth: Int) {
        path = weights.path
        let widths = configuration.widths
        patchEmbedding = TinyViTPatchEmbedding(weights.child("patch_embed").child("seq"), width: widths[0])
        let layers = weights.child("layers")
        convolutions = (0..<configuration.depths[0]).map { index in
            InvertedBottleneck(
                layers.child(0).child("blocks").child(index), width: widths[0],
                expanded: configuration.expandedWidth)
        }
        var mapSide = side / 4
        var stages: [Stage] = []
        for stage in 1..<widths.count {
            let stride = configuration.mergingStride(before: stage)
            mapSide /= stride
            let merging = PatchMerging(
                layers.child(stage - 1).child("downsample"), in: widths[stage - 1], out: widths[stage],
                stride: stride)
            let blocks = (0..<configuration.depths[stage]).map { index in
                TinyViTBlock(
                    layers.child(stage).child("blocks").child(index), width: widths[stage],
                    heads: configuration.heads[stage - 1], hidden: configuration.hiddenWidths[stage - 1],
                    side: mapSide, window: configuration.windows[stage - 1])
            }
            stages.append(Stage(merging: merging, blocks: blocks))
        }
        self.stages = stages
        neck = EncoderNeck(weights.child("neck"), in: widths[widths.count - 1], out: promptWidth, grid: mapSide)
    }

    /// - Parameter pixels: `[3, side, side]`, normalised, padded with zeros.
    /// - Returns: `[channels, rows, columns]`.
    func callAsFunction<Failure>(_ pixels: Tensor, _ steps: CancellableSteps<Failure>) throws(Failure) -> Tensor {
        var map = try steps { patchEmbedding(pixels) }
        for block in convolutions { map = try steps { block(map) } }
        for stage in stages { map = try stage(map, steps) }
        return try steps { neck(map.reshaped(to: [-1, map.shape[2]])) }
    }
}
