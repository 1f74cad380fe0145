package import Tensors

/// Attention written out, for observers: `softmax(q k^T / sqrt(headWidth) + bias) v`, head by head.
///
/// It hands over `q`, `k`, `v`, `logits`, `weights` and `gathered`. All logits stand in memory at once only if logits or
/// weights are asked for.
///
/// - Parameters:
///   - query: `[batch, heads, queries, headWidth]`.
///   - key: `[batch, heads, keys, headWidth]`.
///   - value: `[batch, heads, keys, headWidth]`.
///   - bias: what is added to the scaled logits of a head, `[queries, keys]` or a shape that broadcasts to it. It is given
///     the head's number in the whole batch and its queries, `[queries, headWidth]`.
///   - taps: at the attention's place.
/// - Returns: `[batch, heads, queries, headWidth]`.
package func observedAttention(
    query: Tensor, key: Tensor, value: Tensor, bias: ((_ head: Int, _ queries: Tensor) -> Tensor)? = nil,
    taps: ActivationTaps
) -> Tensor {
    let (query, key, value) = (taps("q", query), taps("k", key), taps("v", value))
    let scale = 1 / Float(query.shape[3]).squareRoot()
    func matrix(_ head: Int, of tensor: Tensor) -> Tensor {
        let heads = tensor.shape[1]
        return tensor.element(head / heads).element(head % heads)
    }
    func logits(_ head: Int) -> Tensor {
        let queries = matrix(head, of: query)
        let scaled = queries.matrixProduct(matrix(head, of: key), transposingOther: true) * scale
        return bias.map { scaled + $0(head, queries) } ?? scaled
    }
    let heads = 0..<query.shape[0] * query.shape[1]
    func stacked(_ matrices: [Tensor], columns: Int) -> Tensor {
        Tensor.stacked(matrices).reshaped(to: [query.shape[0], query.shape[1], query.shape[2], columns])
    }
    guard taps.asks("logits") || taps.asks("weights") else {
        let parts = heads.map { logits($0).softmax().matrixProduct(matrix($0, of: value)) }
        return taps("gathered", stacked(parts, columns: value.shape[3]))
    }
    let weights = taps("weights", taps("logits", stacked(heads.map(logits), columns: key.shape[2])).softmax())
    return taps("gathered", weights.matrixProduct(value))
}

/// The activations that ``observedAttention(query:key:value:bias:taps:)`` hands over.
package func attentionActivations(
    batch: Int, heads: Int, queries: Int, keys: Int, headWidth: Int
) -> [NamedShape] {
    let (ofQueries, ofKeys): (Shape, Shape) = ([batch, heads, queries, headWidth], [batch, heads, keys, headWidth])
    let pairs: Shape = [batch, heads, queries, keys]
    return [
        NamedShape("q", ofQueries), NamedShape("k", ofKeys), NamedShape("v", ofKeys), NamedShape("logits", pairs),
        NamedShape("weights", pairs), NamedShape("gathered", ofQueries),
    ]
}

extension Tensor {
    /// `[batch, tokens, heads * headWidth]` as `[batch, heads, tokens, headWidth]`.
    package func splitIntoHeads(_ heads: Int) -> Tensor {
        reshaped(to: [shape[0], shape[1], heads, shape[2] / heads]).permuted([0, 2, 1, 3])
    }

    /// `[batch, heads, tokens, headWidth]` as `[batch, tokens, heads * headWidth]`.
    package func joinedHeads() -> Tensor {
        permuted([0, 2, 1, 3]).reshaped(to: [shape[0], shape[2], shape[1] * shape[3]])
    }
}

extension Linear {
    /// The output map of an attention, for observers: hands over `contributions`, what each head adds to the result.
    ///
    /// - Parameters:
    ///   - gathered: `[batch, heads, tokens, headWidth]`.
    ///   - taps: at the attention's place.
    /// - Returns: `[batch, tokens, out]`, the sum of the contributions `[batch, heads, tokens, out]` and the bias.
    package func joiningHeads(_ gathered: Tensor, taps: ActivationTaps) -> Tensor {
        guard taps.asks("contributions") else { return self(gathered.joinedHeads()) }
        let (heads, headWidth) = (gathered.shape[1], gathered.shape[3])
        let byHead = weight.tensor.reshaped(to: [weight.shape[0], heads, headWidth]).permuted([1, 0, 2])
        let contributions = Tensor.stacked(
            (0..<gathered.shape[0]).map { gathered.element($0).matrixProduct(byHead, transposingOther: true) })
        let sum = taps("contributions", contributions).sum(axis: 1)
        return bias.map { sum + $0 } ?? sum
    }
}
