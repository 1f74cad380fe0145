public import Tensors

/// Self-attention whose query, key and value projections are packed into one matrix.
///
/// Keys: `in_proj_weight` [3 width, width] (rows of the queries, then keys, then values), `in_proj_bias` [3 width],
/// `out_proj.weight` [width, width], `out_proj.bias` [width]. Matches `torch.nn.MultiheadAttention`.
public struct MultiHeadAttention: Sendable {
    package let width: Int
    package let heads: Int
    /// To queries, keys and values, in this order: `[3 width, width]`.
    package let projection: Linear
    package let output: Linear
    /// The layer's name among the weights.
    package let path: String

    /// Precondition: `heads` divides `width`.
    public init(_ scope: WeightScope, width: Int, heads: Int) {
        require(heads > 0 && width % heads == 0, "MultiHeadAttention: \(heads) heads do not divide width \(width)")
        self.width = width
        self.heads = heads
        path = scope.path
        projection = Linear(
            weight: scope.linearWeight("in_proj_weight", shape: [3 * width, width]),
            bias: scope.tensor("in_proj_bias", shape: [3 * width]), path: scope.child("in_proj").path)
        output = Linear(scope.child("out_proj"), in: width, out: width)
    }

    /// Queries, keys and values of every token side by side: `[batch, tokens, width]` to `[batch, tokens, 3 width]`.
    public func projected(_ input: Tensor) -> Tensor { projection(input) }

    /// The attention's result for every token, before the output projection: `softmax(q k^T / sqrt(headWidth)) v`.
    ///
    /// Takes `[batch, tokens, 3 width]` from ``projected(_:)`` and returns `[batch, tokens, width]`.
    public func gathered(_ packed: Tensor, mask: AttentionMask = .none) -> Tensor {
        Profile.layer(path) {
            scaledDotProductAttention(
                query: AttentionOperand(packed, firstColumn: 0, width: width),
                key: AttentionOperand(packed, firstColumn: width, width: width),
                value: AttentionOperand(packed, firstColumn: 2 * width, width: width), heads: heads, mask: mask)
        }
    }

    /// The attention's result for one token of each element, before the output projection: ``gathered(_:mask:)`` of
    /// ``projected(_:)`` at that token. Without a mask, only keys and values are computed for the other tokens.
    ///
    /// - Parameters:
    ///   - input: `[batch, tokens, width]`.
    ///   - kept: the token of each element, `batch` of them.
    ///   - mask: which keys a query sees.
    /// - Returns: `[batch, width]`.
    public func gathered(_ input: Tensor, keeping kept: [Int], mask: AttentionMask = .none) -> Tensor {
        switch mask {
        case .none:
            let query = projection(input.tokens(kept), outputs: 0..<width).expanded(axis: 1)
            let others = projection(input, outputs: width..<3 * width)
            return Profile.layer(path) {
                scaledDotProductAttention(
                    query: AttentionOperand(query), key: AttentionOperand(others, width: width),
                    value: AttentionOperand(others, firstColumn: width), heads: heads
                ).reshaped(to: [kept.count, width])
            }
        case .causal: return gathered(projected(input), mask: mask).tokens(kept)
        }
    }

    /// Attention over packed projections: ``gathered(_:mask:)``, then the output map.
    ///
    /// Takes `[batch, tokens, 3 width]` from ``projected(_:)``, adds `residual` and returns `[batch, tokens, width]`.
    public func attend(_ packed: Tensor, mask: AttentionMask = .none, adding residual: Tensor? = nil) -> Tensor {
        output(gathered(packed, mask: mask), adding: residual)
    }

    /// Attention in which the values also stand in for queries and keys: `softmax(v v^T / sqrt(headWidth)) v`, then the
    /// output map. Tokens then gather what resembles them, which keeps dense features in place.
    ///
    /// Shapes are those of `attend`. Source: CLIP Surgery (Li et al. 2023), equation of the V-V path.
    public func attendByValues(_ packed: Tensor, adding residual: Tensor? = nil) -> Tensor {
        let values = AttentionOperand(packed, firstColumn: 2 * width, width: width)
        let gathered = Profile.layer(path) {
            scaledDotProductAttention(query: values, key: values, value: values, heads: heads)
        }
        return output(gathered, adding: residual)
    }

    /// `attend(projected(input))`.
    public func callAsFunction(_ input: Tensor, mask: AttentionMask = .none, adding residual: Tensor? = nil) -> Tensor {
        attend(projected(input), mask: mask, adding: residual)
    }
}
