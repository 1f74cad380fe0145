import NeuralNetwork
import Tensors

/// Attention of one set of tokens to another, optionally in fewer channels than the tokens have.
///
/// Matches `Attention` of segment_anything's transformer.
struct TwoWayAttention: Sendable {
    let heads: Int
    let query: Linear
    let key: Linear
    let value: Linear
    let output: Linear

    init(_ weights: WeightScope, width: Int, inner: Int, heads: Int) {
        self.heads = heads
        query = Linear(weights.child("q_proj"), in: width, out: inner)
        key = Linear(weights.child("k_proj"), in: width, out: inner)
        value = Linear(weights.child("v_proj"), in: width, out: inner)
        output = Linear(weights.child("out_proj"), in: inner, out: width)
    }

    /// - Parameters:
    ///   - queries: `[prompts, queries, width]`.
    ///   - keys: `[prompts, keys, width]`.
    ///   - values: `[prompts, keys, width]`.
    ///   - residual: `[prompts, queries, width]`, added to the result.
    /// - Returns: `[prompts, queries, width]`.
    func callAsFunction(queries: Tensor, keys: Tensor, values: Tensor, adding residual: Tensor? = nil) -> Tensor {
        let attended = scaledDotProductAttention(
            query: AttentionOperand(query(queries)), key: AttentionOperand(key(keys)),
            value: AttentionOperand(value(values)), heads: heads)
        return output(attended, adding: residual)
    }
}
