import NeuralNetwork
import Tensors

/// An attention of the decoder as the reference computes it, for observers: all projections in front of the products.
///
/// Matches `Attention` of segment_anything's transformer.
struct DecoderAttention: Sendable {
    let heads: Int
    let query, key, value, output: Linear

    /// What the attention hands over, with names from the attention on. The empty name is its result.
    static func activations(
        prompts: Int, queries: Int, keys: Int, heads: Int, inner: Int, width: Int
    ) -> [NamedShape] {
        let result: Shape = [prompts, queries, width]
        return [
            NamedShape("q_proj", [prompts, queries, inner]), NamedShape("k_proj", [prompts, keys, inner]),
            NamedShape("v_proj", [prompts, keys, inner]),
        ]
            + attentionActivations(
                batch: prompts, heads: heads, queries: queries, keys: keys, headWidth: inner / heads)
            + [
                NamedShape("contributions", [prompts, heads, queries, width]), NamedShape("out_proj", result),
                NamedShape("", result),
            ]
    }

    /// `[prompts, queries, width]` from what queries, keys and values are projected from, without a residual connection.
    func callAsFunction(queries: Tensor, keys: Tensor, values: Tensor, taps: ActivationTaps) -> Tensor {
        let gathered = observedAttention(
            query: taps("q_proj", query(queries)).splitIntoHeads(heads),
            key: taps("k_proj", key(keys)).splitIntoHeads(heads),
            value: taps("v_proj", value(values)).splitIntoHeads(heads), taps: taps)
        return taps("", taps("out_proj", output.joiningHeads(gathered, taps: taps)))
    }
}

extension TokenSelfAttention {
    /// The attention for observers.
    var observed: DecoderAttention {
        DecoderAttention(heads: heads, query: query, key: key, value: value, output: output)
    }
}

extension TokenToImageAttention {
    /// The attention for observers, with the projections where the reference has them.
    var observed: DecoderAttention {
        let (heads, headWidth, width) = (key.matrices.shape[0], key.matrices.shape[1], key.matrices.shape[2])
        let unscaled = key.matrices * (1 / attentionScale(headWidth))
        return DecoderAttention(
            heads: heads, query: query,
            key: Linear(weight: unscaled.reshaped(to: [heads * headWidth, width]), bias: keyBias),
            value: Linear(
                weight: value.matrices.transposed().reshaped(to: [heads * headWidth, width]), bias: valueBias),
            output: output)
    }
}

extension ImageToTokenAttention {
    /// The attention for observers, with the projections where the reference has them.
    var observed: DecoderAttention {
        let matrices = query.weight.matrices
        let (heads, headWidth, width) = (matrices.shape[0], matrices.shape[1], matrices.shape[2])
        let factor = 1 / attentionScale(headWidth)
        return DecoderAttention(
            heads: heads,
            query: Linear(
                weight: (matrices * factor).reshaped(to: [heads * headWidth, width]),
                bias: (query.bias.matrices * factor).flattened()),
            key: key, value: value,
            output: Linear(
                weight: output.matrices.reshaped(to: [heads * headWidth, width]).transposed(),
                bias: outputBiasPerHead * Float(heads)))
    }
}
