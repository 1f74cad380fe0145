import NeuralNetwork
import Tensors

/// Learnt attention terms that depend on how many rows and columns lie between query and key, over a square.
///
/// The logit of query `(y, x)` for key `(y', x')` gains `q . R_h[y - y'] + q . R_w[x - x']`, with the query as it
/// stands, not scaled. Matches `add_decomposed_rel_pos` and `get_rel_pos` of segment_anything.
struct RelativePosition: Sendable {
    /// Tokens on a side of the square that attends to itself.
    let side: Int
    /// `[side, side, headWidth]`: the vector for a query's row and a key's row.
    let rows: Tensor
    /// `[side, side, headWidth]`: the vector for a query's column and a key's column.
    let columns: Tensor

    /// Reads tables of `[2 * tableSide - 1, headWidth]` and stretches them when the square has another side.
    init(_ weights: WeightScope, side: Int, tableSide: Int, headWidth: Int) {
        self.side = side
        let shape: Shape = [2 * tableSide - 1, headWidth]
        rows = Self.expanded(weights.tensor("rel_pos_h", shape: shape), side: side)
        columns = Self.expanded(weights.tensor("rel_pos_w", shape: shape), side: side)
    }

    init(side: Int, rowTable: Tensor, columnTable: Tensor) {
        self.side = side
        rows = Self.expanded(rowTable, side: side)
        columns = Self.expanded(columnTable, side: side)
    }

    /// A table of distances `-(n - 1)...n - 1`, `[2n - 1, headWidth]`, as `[side, side, headWidth]`; linearly
    /// interpolated between distances when `n` is not `side`.
    static func expanded(_ table: Tensor, side: Int) -> Tensor {
        let distances = 2 * side - 1
        let headWidth = table.shape[1]
        let fitting =
            table.shape[0] == distances
            ? table
            : table.reshaped(to: [1, table.shape[0], headWidth])
                .resizedBilinear(height: distances, width: headWidth)
                .reshaped(to: [distances, headWidth])
        let indices = (0..<side * side).map { $0 / side - $0 % side + side - 1 }
        return fitting.gathered(rows: indices).reshaped(to: [side, side, headWidth])
    }

    /// The terms of every query.
    ///
    /// - Parameter projections: `[windows, side * side, 3 * width]`, the queries in the first `width` columns.
    func terms(_ projections: Tensor, heads: Int) -> DecomposedRelativePosition {
        let windows = projections.shape[0]
        let width = projections.shape[2] / 3
        let headWidth = width / heads
        let queries = projections.sliced(axis: 2, 0..<width).reshaped(to: [windows, side, side, heads, headWidth])
        let batched: Shape = [side, windows * heads * side, headWidth]
        // A query's row decides its row vectors, so rows are the batch of one product and columns that of the other.
        let byRow = queries.permuted([1, 0, 3, 2, 4]).reshaped(to: batched)
            .matrixProduct(rows, transposingOther: true)
            .reshaped(to: [side, windows, heads, side, side]).permuted([1, 2, 0, 3, 4])
        let byColumn = queries.permuted([2, 0, 3, 1, 4]).reshaped(to: batched)
            .matrixProduct(columns, transposingOther: true)
            .reshaped(to: [side, windows, heads, side, side]).permuted([1, 2, 3, 0, 4])
        let shape: Shape = [windows, heads, side * side, side]
        return DecomposedRelativePosition(rows: byRow.reshaped(to: shape), columns: byColumn.reshaped(to: shape))
    }
}
