/// Queries, keys or values: some columns of a projection, heads side by side.
///
/// A packed projection [batch, tokens, 3 * width] serves as all three operands without being taken apart.
public struct AttentionOperand: Sendable {
    let tensor: Tensor
    let firstColumn: Int
    let width: Int

    /// - Parameters:
    ///   - tensor: [batch, tokens, columns]
    ///   - firstColumn: where the operand starts in each token's row.
    ///   - width: heads times head width; the columns that are left if nil.
    public init(_ tensor: Tensor, firstColumn: Int = 0, width: Int? = nil) {
        require(tensor.shape.rank == 3, "AttentionOperand", "shape \(tensor.shape) is not [batch, tokens, columns]")
        let width = width ?? tensor.shape[2] - firstColumn
        require(
            firstColumn >= 0 && width >= 0 && firstColumn + width <= tensor.shape[2], "AttentionOperand",
            "columns \(firstColumn) ..< \(firstColumn + width) of shape \(tensor.shape)")
        self.tensor = tensor
        self.firstColumn = firstColumn
        self.width = width
    }

    var batch: Int { tensor.shape[0] }
    var tokens: Int { tensor.shape[1] }
    var stride: Int { tensor.shape[2] }
}

/// Which keys a query may see.
public enum AttentionMask: Sendable {
    case none
    /// Query i sees the keys 0 ... i.
    case causal
}

/// SAM's relative positions: the logit of query q and the key at (y, x) of the grid gets `rows[..., q, y]` and
/// `columns[..., q, x]` added, after scaling.
public struct DecomposedRelativePosition: Sendable {
    let rows: Tensor
    let columns: Tensor

    /// - Parameters:
    ///   - rows: [batch, heads, queries, gridHeight]
    ///   - columns: [batch, heads, queries, gridWidth]
    public init(rows: Tensor, columns: Tensor) {
        require(
            rows.shape.rank == 4 && columns.shape.rank == 4
                && rows.shape.dimensions.prefix(3) == columns.shape.dimensions.prefix(3),
            "DecomposedRelativePosition", "rows \(rows.shape), columns \(columns.shape)")
        self.rows = rows
        self.columns = columns
    }
}
