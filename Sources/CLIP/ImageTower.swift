import NeuralNetwork
import Tensors

/// The vision transformer of CLIP.
///
/// Keys under `visual`: `conv1` or `trunk`, `class_embedding`, `positional_embedding`, `ln_pre`,
/// `transformer.resblocks.<n>`, `ln_post`, `proj`. Matches `VisionTransformer` of open_clip.
struct ImageTower: Sendable {
    let configuration: CLIPConfiguration
    let blocks: [TransformerBlock]
    let patchEmbedding: PatchEmbedding
    let classEmbedding: Tensor
    var positions: PositionalEmbedding
    let firstNorm: LayerNorm
    let projection: TokenProjection
    /// The tower's name among the weights.
    let path: String

    init(_ scope: WeightScope, _ configuration: CLIPConfiguration, _ precision: Precision) {
        let width = configuration.visionWidth
        self.configuration = configuration
        path = scope.path
        patchEmbedding = PatchEmbedding(scope, configuration)
        classEmbedding = scope.tensor("class_embedding", shape: [width])
        positions = PositionalEmbedding(
            scope, grid: configuration.trainedGrid, width: width, resampling: configuration.positionResampling)
        firstNorm = LayerNorm(scope.child("ln_pre"), width: width)
        blocks = TransformerBlock.all(
            configuration.visionLayers, of: scope, width: width, heads: configuration.visionHeads,
            hidden: configuration.visionHidden, activation: configuration.tensorActivation, precision: precision)
        projection = TokenProjection(
            scope, norm: "ln_post", matrix: "proj", width: width, embedding: configuration.embedding)
    }

    /// The class token and the patches with their position embeddings added, before the first norm.
    ///
    /// - Parameter pixels: `[batch, 3, height, columns]`; both sides are multiples of the patch.
    /// - Returns: `[batch, 1 + patches, width]` with the patches row by row, and the grid's height and width.
    func placedTokens(_ pixels: Tensor) -> (tokens: Tensor, gridHeight: Int, gridWidth: Int) {
        placed(patchEmbedding(pixels))
    }

    /// The same from the patch embedding's result, `[batch, width, gridHeight, gridWidth]`.
    func placed(_ grid: Tensor) -> (tokens: Tensor, gridHeight: Int, gridWidth: Int) {
        let (batch, width, gridHeight, gridWidth) = (grid.shape[0], grid.shape[1], grid.shape[2], grid.shape[3])
        let patches = grid.reshaped(to: [batch, width, gridHeight * gridWidth]).transposed()
        let classTokens = Tensor.stacked(Array(repeating: classEmbedding.expanded(axis: 0), count: batch))
        let tokens = Tensor.concatenated([classTokens, patches], axis: 1)
        return (tokens + positions.rows(height: gridHeight, width: gridWidth), gridHeight, gridWidth)
    }

    /// The tokens that enter the first block: ``placedTokens(_:)``, normalised.
    func tokens(_ pixels: Tensor) -> (tokens: Tensor, gridHeight: Int, gridWidth: Int) {
        let (tokens, gridHeight, gridWidth) = placedTokens(pixels)
        return (firstNorm(tokens), gridHeight, gridWidth)
    }

    /// The tower from ``placedTokens(_:)``, or some of them, to vectors. Only the class token is used of the last block, so
    /// only the class token is computed there.
    ///
    /// - Parameter placed: `[batch, tokens, width]`, the class token first.
    /// - Returns: `[batch, embedding]`, not normalised.
    func classVectors<Failure>(_ placed: Tensor, _ steps: CancellableSteps<Failure>) throws(Failure) -> Tensor {
        let classTokens = Array(repeating: 0, count: placed.shape[0])
        var tokens = firstNorm(placed)
        for block in blocks.dropLast() { tokens = try steps { block(tokens) } }
        return try steps {
            projection(blocks.last.map { $0(tokens, keeping: classTokens) } ?? tokens.tokens(classTokens))
        }
    }

    /// `[batch, 3, height, columns]` to `[batch, embedding]`, not normalised.
    func callAsFunction<Failure>(_ pixels: Tensor, _ steps: CancellableSteps<Failure>) throws(Failure) -> Tensor {
        try Profile.layer(path) { () throws(Failure) -> Tensor in
            let placed = try steps { placedTokens(pixels).tokens }
            return try classVectors(placed, steps)
        }
    }
}
