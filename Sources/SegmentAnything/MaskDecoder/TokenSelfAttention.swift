import NeuralNetwork
import Tensors

/// Self-attention of the prompt tokens.
///
/// Matches `Attention` of segment_anything's transformer where it keeps the tokens' width (`downsample_rate` 1).
struct TokenSelfAttention: Sendable {
    let heads: Int
    let query, key, value, output: Linear
    /// The layer's name among the weights.
    let path: String

    init(_ weights: WeightScope, width: Int, heads: Int) {
        func projection(_ name: String) -> Linear { Linear(weights.child(name), in: width, out: width) }
        self.heads = heads
        path = weights.path
        query = projection("q_proj")
        key = projection("k_proj")
        value = projection("v_proj")
        output = projection("out_proj")
    }

    /// - Parameters:
    ///   - queriesAndKeys: what queries and keys are projected from, `[prompts, tokens, width]`.
    ///   - values: what values are projected from, of the same shape.
    ///   - residual: of the same shape, added to the result.
    /// - Returns: `[prompts, tokens, width]`.
    func callAsFunction(queriesAndKeys: Tensor, values: Tensor, adding residual: Tensor? = nil) -> Tensor {
        Profile.layer(path) {
            let attended = scaledDotProductAttention(
                query: AttentionOperand(query(queriesAndKeys)), key: AttentionOperand(key(queriesAndKeys)),
                value: AttentionOperand(value(values)), heads: heads)
            return output(attended, adding: residual)
        }
    }
}
