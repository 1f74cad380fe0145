import NeuralNetwork
import Tensors
import WeightIdentity

/// Self-attention of the grid's tokens with relative positions, over the whole grid or within windows.
///
/// Matches `Attention`, `window_partition` and `window_unpartition` of segment_anything.
struct GridAttention: Sendable {
    let heads: Int
    let projection: Linear
    let output: Linear
    let relativePosition: RelativePosition
    /// Nil for attention over the whole grid.
    let windows: AttentionWindows?
    /// The layer's name among the weights.
    let path: String

    /// - Parameter window: side of a window in tokens, nil for attention over the whole grid.
    init(_ weights: WeightScope, configuration: ViTConfiguration, grid: Int, window: Int?) {
        path = weights.path
        let width = configuration.width
        heads = configuration.heads
        projection = Linear(weights.child("qkv"), in: width, out: 3 * width)
        // In bytes this map would cost as much exactness as the three other maps of a block together, and it has a twelfth
        // of the arithmetic of all four.
        let output = weights.child("proj")
        let isKept = output.precision == .int8 && !BlockWeights.areBytes("\(output.path).weight")
        self.output = Linear(isKept ? output.computing(in: .full) : output, in: width, out: width)
        relativePosition = RelativePosition(
            weights, side: window ?? grid, tableSide: window ?? configuration.trainedGrid,
            headWidth: width / configuration.heads)
        windows = window.map { AttentionWindows(gridHeight: grid, gridWidth: grid, side: $0) }
    }

    /// - Parameters:
    ///   - tokens: `[tokens, width]`, row-major over the grid, normalised.
    ///   - residual: `[tokens, width]`, added to the result.
    /// - Returns: `[tokens, width]`.
    func callAsFunction(_ tokens: Tensor, adding residual: Tensor) -> Tensor {
        let projected = projection(tokens).expanded(axis: 0)
        let width = tokens.shape[1]
        func operand(_ part: Int) -> AttentionOperand {
            // The reference pads windows with zeros before the projection, which turns them into its bias.
            AttentionOperand(projected, firstColumn: part * width, width: width, padding: projection.bias)
        }
        let attended = Profile.layer(path) {
            scaledDotProductAttention(
                query: operand(0), key: operand(1), value: operand(2), heads: heads, windows: windows,
                relativePosition: relativePosition.tables)
        }
        return output(attended.squeezed(axis: 0), adding: residual)
    }
}
