/// Queries, keys or values: some columns of a projection, heads side by side.
///
/// A packed projection [batch, tokens, 3 * width] serves as all three operands without being taken apart.
public struct AttentionOperand: Sendable {
    let tensor: Tensor
    let firstColumn: Int
    let width: Int
    /// What stands where a window hangs over the edge of its grid: one row of `tensor`.
    let padding: Tensor?

    /// - Parameters:
    ///   - tensor: [batch, tokens, columns]
    ///   - firstColumn: where the operand starts in each token's row.
    ///   - width: heads times head width; the columns that are left if nil.
    ///   - padding: [columns], for attention in windows that hang over an edge; zeros if nil.
    public init(_ tensor: Tensor, firstColumn: Int = 0, width: Int? = nil, padding: Tensor? = nil) {
        require(tensor.shape.rank == 3, "AttentionOperand", "shape \(tensor.shape) is not [batch, tokens, columns]")
        let width = width ?? tensor.shape[2] - firstColumn
        require(
            firstColumn >= 0 && width >= 0 && firstColumn + width <= tensor.shape[2], "AttentionOperand",
            "columns \(firstColumn) ..< \(firstColumn + width) of shape \(tensor.shape)")
        require(
            padding.map { $0.shape == [tensor.shape[2]] } ?? true, "AttentionOperand",
            "padding \(padding?.shape ?? []) for shape \(tensor.shape)")
        self.tensor = tensor
        self.firstColumn = firstColumn
        self.width = width
        self.padding = padding
    }

    var batch: Int { tensor.shape[0] }
    var tokens: Int { tensor.shape[1] }
    var stride: Int { tensor.shape[2] }

    /// Where the operand lies, during the call.
    func read(_ body: (AttentionPlan.Operand) -> Void) {
        tensor.read { base in
            Tensors.read(padding) { padding in
                body(
                    AttentionPlan.Operand(
                        base: base + firstColumn, stride: stride, padding: padding.map { $0 + firstColumn }))
            }
        }
    }
}

/// Which keys a query may see.
public enum AttentionMask: Sendable {
    /// Every query sees every key.
    case none
    /// Query i sees the keys 0 ... i.
    case causal
}
