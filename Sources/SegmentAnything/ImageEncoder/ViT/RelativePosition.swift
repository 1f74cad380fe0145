import NeuralNetwork
import Tensors

/// Learnt vectors for the distance between query and key, in rows and in columns of a square.
///
/// `q . R_h[y - y'] + q . R_w[x - x']` is added to the logit of query `(y, x)` and key `(y', x')`. The query in it is not
/// multiplied by the attention's scale. Matches `add_decomposed_rel_pos` and `get_rel_pos` of segment_anything.
struct RelativePosition: Sendable {
    let tables: RelativePositionTables
    /// The tables as they were read, `[2 * tableSide - 1, headWidth]`.
    let stored: (rows: Tensor, columns: Tensor)
    let side: Int

    /// Reads tables of `[2 * tableSide - 1, headWidth]` and interpolates them when the square has another side.
    init(_ weights: WeightScope, side: Int, tableSide: Int, headWidth: Int) {
        let shape: Shape = [2 * tableSide - 1, headWidth]
        stored = (weights.tensor("rel_pos_h", shape: shape), weights.tensor("rel_pos_w", shape: shape))
        self.side = side
        tables = RelativePositionTables(
            rows: Self.expanded(stored.rows, side: side), columns: Self.expanded(stored.columns, side: side))
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
}
