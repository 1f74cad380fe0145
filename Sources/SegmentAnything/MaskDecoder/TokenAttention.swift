import NeuralNetwork
import Tensors

/// Attention of the tokens among themselves.
///
/// Matches `Attention` of segment_anything's transformer, where it keeps the tokens' width.
struct TokenAttention: Sendable {
    let heads: Int
    let query: Linear
    let key: Linear
    let value: Linear
    let output: Linear

    init(_ weights: WeightScope, width: Int, heads: Int) {
        self.heads = heads
        query = Linear(weights.child("q_proj"), in: width, out: width)
        key = Linear(weights.child("k_proj"), in: width, out: width)
        value = Linear(weights.child("v_proj"), in: width, out: width)
        output = Linear(weights.child("out_proj"), in: width, out: width)
    }

    /// - Parameters:
    ///   - queries: `[prompts, tokens, width]`, as keys and values.
    ///   - residual: of the same shape, added to the result.
    /// - Returns: `[prompts, tokens, width]`.
    func callAsFunction(queries: Tensor, keys: Tensor, values: Tensor, adding residual: Tensor? = nil) -> Tensor {
        let attended = scaledDotProductAttention(
            query: AttentionOperand(query(queries)), key: AttentionOperand(key(keys)),
            value: AttentionOperand(value(values)), heads: heads)
        return output(attended, adding: residual)
    }
}
