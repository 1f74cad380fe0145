import NeuralNetwork
import Tensors

/// The network that turns a picture into its image embedding.
enum ImageEncoder: Sendable {
    case vit(ViTEncoder)
    case tinyViT(TinyViTEncoder)

    /// - Parameter precision: of the affine maps of a ViT; a TinyViT has the full precision only.
    init(_ weights: WeightScope, configuration: SAMConfiguration, precision: Precision) {
        switch configuration.imageEncoder {
        case .vit(let vit):
            self = .vit(
                ViTEncoder(
                    weights, configuration: vit, grid: configuration.grid, promptWidth: configuration.promptWidth,
                    precision: precision))
        case .tinyViT(let tinyViT):
            self = .tinyViT(
                TinyViTEncoder(
                    weights, configuration: tinyViT, side: configuration.side,
                    promptWidth: configuration.promptWidth))
        }
    }

    /// - Parameter pixels: `[3, side, side]`, normalised, padded with zeros.
    /// - Returns: `[channels, rows, columns]`.
    func callAsFunction<Failure>(_ pixels: Tensor, _ steps: CancellableSteps<Failure>) throws(Failure) -> Tensor {
        switch self {
        case .vit(let encoder):
            try Profile.layer(encoder.path) { () throws(Failure) -> Tensor in try encoder(pixels, steps) }
        case .tinyViT(let encoder):
            try Profile.layer(encoder.path) { () throws(Failure) -> Tensor in try encoder(pixels, steps) }
        }
    }

    /// Whether published files have this entry although the model does not need it: the classifier with which the TinyViT
    /// was trained, the counters of its batch norms, and tables that follow from the size of a window.
    static func isUnread(_ name: String) -> Bool {
        name.hasSuffix(".num_batches_tracked") || name.hasSuffix(".attention_bias_idxs") || name.hasSuffix(".attn.ab")
            || name.hasPrefix("image_encoder.norm_head.") || name.hasPrefix("image_encoder.head.")
    }
}
