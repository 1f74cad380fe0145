import NeuralNetwork
import Tensors

// The attentions between tokens and cells, with the projections of the cells moved over to the tokens: there are
// hundreds of times as many cells as tokens, and `q * (K x) = (q K) * x`.

/// Tokens ask the cells.
///
/// Matches `Attention` of segment_anything's transformer with tokens as queries and cells as keys and values.
struct TokensToImage: Sendable {
    let query: Linear
    /// `[heads, headWidth, width]`, with the logits' scale in it.
    let key: HeadMaps
    /// `[heads, width, headWidth]`.
    let value: HeadMaps
    /// The weights of the cells sum to 1, so it is added once.
    let valueBias: Tensor
    let output: Linear

    init(_ weights: WeightScope, width: Int, inner: Int, heads: Int) {
        let split: Shape = [heads, inner / heads, width]
        query = Linear(weights.child("q_proj"), in: width, out: inner)
        let keys = weights.child("k_proj")
        key = HeadMaps(
            matrices: keys.tensor("weight", shape: [inner, width]).reshaped(to: split) * attentionScale(split[1]))
        // The same for all cells, so no softmax over the cells sees it.
        _ = keys.tensor("bias", shape: [inner])
        let values = weights.child("v_proj")
        value = HeadMaps(
            matrices: values.tensor("weight", shape: [inner, width]).reshaped(to: split).transposed())
        valueBias = values.tensor("bias", shape: [inner])
        output = Linear(weights.child("out_proj"), in: inner, out: width)
    }

    /// What the heads of tokens `[prompts, tokens, width]` ask the cells: `[prompts, heads * tokens, width]`.
    func questions(_ tokens: Tensor) -> Tensor { key.spread(query(tokens)) }

    /// - Parameters:
    ///   - means: of the cells, as each question weighted them, `[prompts, heads * tokens, width]`.
    ///   - residual: `[prompts, tokens, width]`, added to the result.
    /// - Returns: `[prompts, tokens, width]`.
    func answers(_ means: Tensor, adding residual: Tensor) -> Tensor {
        output(value.gathered(means) + valueBias, adding: residual)
    }
}

/// Cells ask the tokens.
///
/// Matches `Attention` of segment_anything's transformer with cells as queries and tokens as keys and values.
struct ImageToTokens: Sendable {
    let heads: Int
    /// `[heads, headWidth, width]`, with the logits' scale in it, as the offset's `[heads, headWidth, 1]`.
    let query: HeadMaps
    let queryOffset: HeadMaps
    let key: Linear
    let value: Linear
    /// `[heads, headWidth, width]`.
    let output: HeadMaps
    /// A head's share of the bias: the weights of its tokens sum to 1.
    let outputShare: Tensor

    init(_ weights: WeightScope, width: Int, inner: Int, heads: Int) {
        let split: Shape = [heads, inner / heads, width]
        let scale = attentionScale(split[1])
        self.heads = heads
        let queries = weights.child("q_proj")
        query = HeadMaps(matrices: queries.tensor("weight", shape: [inner, width]).reshaped(to: split) * scale)
        queryOffset = HeadMaps(
            matrices: queries.tensor("bias", shape: [inner]).reshaped(to: [heads, inner / heads, 1]) * scale)
        key = Linear(weights.child("k_proj"), in: width, out: inner)
        value = Linear(weights.child("v_proj"), in: width, out: inner)
        let outputs = weights.child("out_proj")
        output = HeadMaps(
            matrices: outputs.tensor("weight", shape: [width, inner]).transposed().reshaped(to: split))
        outputShare = outputs.tensor("bias", shape: [width]) * (1 / Float(heads))
    }

    /// What the cells are to do with the tokens.
    ///
    /// - Parameters:
    ///   - keys: `[prompts, tokens, width]`.
    ///   - values: `[prompts, tokens, width]`.
    ///   - norm: of the cells after the sum.
    func update(keys: Tensor, values: Tensor, norm: LayerNorm) -> ColumnUpdate {
        let keys = key(keys)
        return ColumnUpdate(
            groups: heads, questions: query.spread(keys), offsets: queryOffset.spread(keys).squeezed(axis: 2),
            answers: output.spread(value(values)) + outputShare, normWeight: norm.weight, normBias: norm.bias,
            epsilon: norm.epsilon)
    }
}

private func attentionScale(_ headWidth: Int) -> Float { 1 / Float(headWidth).squareRoot() }
