import NeuralNetwork
import Tensors

/// SAM's vision transformer.
///
/// Matches `ImageEncoderViT` of segment_anything.
struct ViTEncoder: Sendable {
    let patchEmbedding: PatchEmbedding
    /// `[tokens, width]`.
    let positionEmbedding: Tensor
    let blocks: [EncoderBlock]
    let neck: EncoderNeck
    /// The encoder's name among the weights.
    let path: String

    /// - Parameter precision: of the blocks' affine maps.
    init(
        _ weights: WeightScope, configuration: ViTConfiguration, grid: Int, promptWidth: Int, precision: Precision
    ) {
        path = weights.path
        positionEmbedding = Self.positions(weights, configuration, grid: grid)
        patchEmbedding = PatchEmbedding(weights.child("patch_embed"), configuration: configuration)
        let scope = weights.child("blocks").computing(in: precision)
        blocks = (0..<configuration.depth).map { index in
            EncoderBlock(
                scope.child(index), configuration: configuration, grid: grid,
                isGlobal: configuration.globalBlocks.contains(index))
        }
        neck = EncoderNeck(weights.child("neck"), in: configuration.width, out: promptWidth, grid: grid)
    }

    /// - Parameter pixels: `[3, side, side]`, normalised, padded with zeros.
    /// - Returns: `[channels, rows, columns]`.
    func callAsFunction<Failure>(_ pixels: Tensor, _ steps: CancellableSteps<Failure>) throws(Failure) -> Tensor {
        var tokens = try steps { embedded(pixels) }
        for block in blocks { tokens = try steps { block(tokens) } }
        return try steps { neck(tokens) }
    }

    /// The input of the first block: `[tokens, width]`.
    func embedded(_ pixels: Tensor) -> Tensor { patchEmbedding(pixels) + positionEmbedding }

    /// The learnt position embeddings, interpolated when the grid is another than the trained one. The reference takes the
    /// trained grid only.
    private static func positions(_ weights: WeightScope, _ configuration: ViTConfiguration, grid: Int) -> Tensor {
        let (width, trained) = (configuration.width, configuration.trainedGrid)
        let learnt = weights.tensor("pos_embed", shape: [1, trained, trained, width])
        guard grid != trained else { return learnt.reshaped(to: [grid * grid, width]) }
        return learnt.permuted([0, 3, 1, 2])
            .resizedBicubic(height: grid, width: grid, antialias: true)
            .reshaped(to: [width, grid * grid]).transposed()
    }
}
