import NeuralNetwork
import Tensors

// Cross-attention between prompt tokens and image tokens.
//
// The published models have 4,096 image tokens and about ten prompt tokens. The reference projects every image token to
// keys and values, or to queries and outputs. That takes nearly all of the decoder's time. Here the projections of the
// image tokens are moved to the prompt tokens, where they cost almost nothing. This is the same computation, because a
// matrix may be multiplied from either side. With x for an image token, and W and b for weight and bias of a projection:
//
//     prompt token q attends to x:  logit = q . (W_k x + b_k) = (W_k^T q) . x + q . b_k
//     image token x attends to k:   logit = (W_q x + b_q) . k = (W_q^T k) . x + b_q . k
//
// `W_k^T q` and `W_q^T k` are computed once for each prompt token and head. After that only dot products with the image
// tokens are left. Values and outputs are moved in the same way: the softmax weights of a head sum to 1, so
//
//     sum of weight (W_v x + b_v) = W_v (sum of weight x) + b_v

/// Prompt tokens are the queries, image tokens the keys and values.
///
/// Matches `Attention` of segment_anything's transformer as `cross_attn_token_to_image` and
/// `final_attn_token_to_image`.
struct TokenToImageAttention: Sendable {
    let query, output: Linear
    /// The key projection, `[heads, headWidth, width]`, multiplied by the attention's scale.
    ///
    /// Its bias is left out: `q . b_k` is the same number for all image tokens, and adding one number to all logits of a
    /// softmax changes nothing.
    let key: HeadProjection
    /// For observers, who see the keys.
    let keyBias: Tensor
    /// `[heads, width, headWidth]`.
    let value: HeadProjection
    let valueBias: Tensor
    /// The layer's name among the weights.
    let path: String

    init(_ weights: WeightScope, width: Int, inner: Int, heads: Int) {
        let split: Shape = [heads, inner / heads, width]
        path = weights.path
        query = Linear(weights.child("q_proj"), in: width, out: inner)
        output = Linear(weights.child("out_proj"), in: inner, out: width)
        let keys = weights.child("k_proj")
        key = HeadProjection(
            matrices: keys.tensor("weight", shape: [inner, width]).reshaped(to: split) * attentionScale(split[1]))
        keyBias = keys.tensor("bias", shape: [inner])
        let values = weights.child("v_proj")
        value = HeadProjection(
            matrices: values.tensor("weight", shape: [inner, width]).reshaped(to: split).transposed())
        valueBias = values.tensor("bias", shape: [inner])
    }

    /// `W_k^T q` for every head and token: `[prompts, tokens, width]` to `[prompts, heads * tokens, width]`.
    func queries(_ tokens: Tensor) -> Tensor {
        Profile.layer(path) { key.projectedByHead(query(tokens)) }
    }

    /// Value and output projection.
    ///
    /// - Parameters:
    ///   - means: means of the image tokens, weighted by the softmax of each head and token,
    ///     `[prompts, heads * tokens, width]`.
    ///   - residual: `[prompts, tokens, width]`, added to the result.
    /// - Returns: `[prompts, tokens, width]`.
    func attended(_ means: Tensor, adding residual: Tensor) -> Tensor {
        Profile.layer(path) { output(value.joinedHeads(means) + valueBias, adding: residual) }
    }
}

/// Image tokens are the queries, prompt tokens the keys and values.
///
/// Matches `Attention` of segment_anything's transformer as `cross_attn_image_to_token`.
struct ImageToTokenAttention: Sendable {
    /// The query projection, multiplied by the attention's scale: weight `[heads, headWidth, width]`, bias
    /// `[heads, headWidth, 1]`.
    let query: (weight: HeadProjection, bias: HeadProjection)
    let key: Linear
    let value: Linear
    /// `[heads, headWidth, width]`.
    let output: HeadProjection
    /// The output bias divided by the number of heads. It is added to each head's values; the weights of each head sum
    /// to 1, so the sum over the heads has the whole bias.
    let outputBiasPerHead: Tensor
    /// The layer's name among the weights.
    let path: String

    private var heads: Int { output.matrices.shape[0] }

    init(_ weights: WeightScope, width: Int, inner: Int, heads: Int) {
        let split: Shape = [heads, inner / heads, width]
        let scale = attentionScale(split[1])
        path = weights.path
        key = Linear(weights.child("k_proj"), in: width, out: inner)
        value = Linear(weights.child("v_proj"), in: width, out: inner)
        let queries = weights.child("q_proj")
        query = (
            HeadProjection(matrices: queries.tensor("weight", shape: [inner, width]).reshaped(to: split) * scale),
            HeadProjection(
                matrices: queries.tensor("bias", shape: [inner]).reshaped(to: [heads, inner / heads, 1]) * scale)
        )
        let outputs = weights.child("out_proj")
        output = HeadProjection(
            matrices: outputs.tensor("weight", shape: [width, inner]).transposed().reshaped(to: split))
        outputBiasPerHead = outputs.tensor("bias", shape: [width]) * (1 / Float(heads))
    }

    /// What is done to every image token: this attention, the residual connection and the layer norm behind it.
    ///
    /// - Parameters:
    ///   - keys: what keys are projected from, `[prompts, tokens, width]`.
    ///   - values: what values are projected from, `[prompts, tokens, width]`.
    ///   - norm: of the image tokens after the residual connection.
    func update(keys: Tensor, values: Tensor, norm: LayerNorm) -> ColumnUpdate {
        Profile.layer(path) {
            let keys = key(keys)
            return ColumnUpdate(
                groups: heads, keys: query.weight.projectedByHead(keys),
                offsets: query.bias.projectedByHead(keys).squeezed(axis: 2),
                values: output.projectedByHead(value(values)) + outputBiasPerHead, normWeight: norm.weight,
                normBias: norm.bias, epsilon: norm.epsilon)
        }
    }
}

func attentionScale(_ headWidth: Int) -> Float { 1 / Float(headWidth).squareRoot() }
