import NeuralNetwork
import Tensors

/// The vision transformer that turns a picture into SAM's embedding.
///
/// Matches `ImageEncoderViT` of segment_anything.
struct ImageEncoder: Sendable {
    let patchEmbedding: PatchEmbedding
    /// `[tokens, width]`.
    let positionEmbedding: Tensor
    let blocks: [EncoderBlock]
    let neck: EncoderNeck

    init(_ weights: WeightScope, configuration: SAMConfiguration) {
        positionEmbedding = Self.positions(weights, configuration)
        patchEmbedding = PatchEmbedding(weights.child("patch_embed"), configuration: configuration)
        blocks = (0..<configuration.depth).map { index in
            EncoderBlock(
                weights.child("blocks").child(index), configuration: configuration,
                isGlobal: configuration.globalBlocks.contains(index))
        }
        neck = EncoderNeck(weights.child("neck"), configuration: configuration)
    }

    /// - Parameter pixels: `[3, side, side]`, normalised, padded with zeros.
    /// - Returns: `[channels, rows, columns]`.
    func callAsFunction(_ pixels: Tensor) -> Tensor {
        var tokens = embedded(pixels)
        for block in blocks {
            tokens = block(tokens)
        }
        return neck(tokens)
    }

    /// What the first block sees: `[tokens, width]`.
    func embedded(_ pixels: Tensor) -> Tensor {
        patchEmbedding(pixels) + positionEmbedding
    }

    /// The learnt positions, stretched when the grid is not the one they were learnt on (the reference cannot do that).
    private static func positions(_ weights: WeightScope, _ configuration: SAMConfiguration) -> Tensor {
        let (grid, trained) = (configuration.grid, configuration.trainedGrid)
        let width = configuration.width
        let learnt = weights.tensor("pos_embed", shape: [1, trained, trained, width])
        guard grid != trained else { return learnt.reshaped(to: [grid * grid, width]) }
        return learnt.permuted([0, 3, 1, 2])
            .resizedBicubic(height: grid, width: grid, antialias: true)
            .reshaped(to: [width, grid * grid]).transposed()
    }
}
