import NeuralNetwork
import Tensors

/// Self-attention of the grid's tokens with relative positions, over the whole grid or within windows.
///
/// Matches `Attention`, `window_partition` and `window_unpartition` of segment_anything.
struct GridAttention: Sendable {
    let heads: Int
    let projection: Linear
    let output: Linear
    let relativePosition: RelativePosition
    /// Nil for attention over the whole grid.
    let partition: WindowPartition?

    /// - Parameter window: side of a window in tokens, nil for attention over the whole grid.
    init(_ weights: WeightScope, configuration: ViTConfiguration, grid: Int, window: Int?) {
        let width = configuration.width
        heads = configuration.heads
        projection = Linear(weights.child("qkv"), in: width, out: 3 * width)
        output = Linear(weights.child("proj"), in: width, out: width)
        relativePosition = RelativePosition(
            weights, side: window ?? grid, tableSide: window ?? configuration.trainedGrid,
            headWidth: width / configuration.heads)
        partition = window.map { WindowPartition(rows: grid, columns: grid, window: $0) }
    }

    /// - Parameters:
    ///   - tokens: `[tokens, width]`, row-major over the grid, normalised.
    ///   - residual: `[tokens, width]`, added to the result.
    /// - Returns: `[tokens, width]`.
    func callAsFunction(_ tokens: Tensor, adding residual: Tensor) -> Tensor {
        guard let partition else {
            let projected = projection(tokens).expanded(axis: 0)
            return output(attended(projected).squeezed(axis: 0), adding: residual)
        }
        // What a padded token, zero before the projection, is after it.
        let padding = projection.bias ?? Tensor(zeros: [3 * tokens.shape[1]])
        let projected = projection(partition.ordered(tokens))
        let full = partition.fullWindows == 0 ? nil : attended(partition.fullWindows(projected))
        let edge = partition.edgeWindows == 0 ? nil : attended(partition.edgeWindows(projected, padding: padding))
        return output(partition.merged(full: full, edge: edge), adding: residual)
    }

    /// - Parameter projections: `[windows, tokens, 3 * width]`: queries, keys and values side by side.
    /// - Returns: `[windows, tokens, width]`.
    private func attended(_ projections: Tensor) -> Tensor {
        let width = projections.shape[2] / 3
        return scaledDotProductAttention(
            query: AttentionOperand(projections, firstColumn: 0, width: width),
            key: AttentionOperand(projections, firstColumn: width, width: width),
            value: AttentionOperand(projections, firstColumn: 2 * width, width: width),
            heads: heads,
            relativePosition: relativePosition.terms(projections, heads: heads))
    }
}
