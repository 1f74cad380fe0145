/// `softmax(scale * q k^T + relative position + bias) v`, head by head, without ever storing the whole matrix of logits.
///
/// Blocks of queries go over blocks of keys with a running maximum and sum; the blocks depend on the shapes alone, so the
/// result does not depend on the number of threads.
///
/// **Shapes**: query [batch, queries, heads * headWidth], key [batch, keys, heads * headWidth], value
/// [batch, keys, heads * valueHeadWidth] -> [batch, queries, heads * valueHeadWidth]
///
/// - Parameters:
///   - scale: headWidth^-0.5 if nil.
///   - bias: added to the scaled logits of every image of the batch, [heads, queries, keys].
///
/// **Complexity**: queries * keys * (headWidth + valueWidth) multiply-adds a head; a packed copy of the keys and values, and
/// under 1 MB a thread.
/// **Matches**: `torch.nn.functional.scaled_dot_product_attention` on heads split from the last axis
public func scaledDotProductAttention(
    query: AttentionOperand, key: AttentionOperand, value: AttentionOperand, heads: Int, scale: Float? = nil,
    mask: AttentionMask = .none, relativePosition: DecomposedRelativePosition? = nil,
    bias: Tensor? = nil
) -> Tensor {
    let batch = query.batch
    require(
        heads > 0 && key.batch == batch && value.batch == batch && key.tokens == value.tokens
            && query.width == key.width && query.width % heads == 0 && value.width % heads == 0,
        "scaledDotProductAttention",
        "query \(query.tensor.shape), key \(key.tensor.shape), value \(value.tensor.shape), \(heads) heads")
    require(
        mask == .none || query.tokens == key.tokens, "scaledDotProductAttention",
        "a causal mask needs as many queries as keys, not \(query.tokens) and \(key.tokens)")
    if let relativePosition {
        let grid = relativePosition.rows.shape[3] * relativePosition.columns.shape[3]
        require(
            relativePosition.rows.shape.dimensions.prefix(3) == [batch, heads, query.tokens] && grid == key.tokens,
            "scaledDotProductAttention",
            "relative position \(relativePosition.rows.shape), \(relativePosition.columns.shape) for \(key.tokens) keys"
        )
    }
    require(
        bias.map { $0.shape == [heads, query.tokens, key.tokens] } ?? true, "scaledDotProductAttention",
        "bias \(bias?.shape ?? []) for \(heads) heads, \(query.tokens) queries and \(key.tokens) keys")
    let headWidth = query.width / heads
    let plan = AttentionPlan(
        kernels: .active,
        heads: heads, queries: query.tokens, keys: key.tokens, headWidth: headWidth,
        valueWidth: value.width / heads, scale: scale ?? 1 / Float(headWidth).squareRoot(), isCausal: mask == .causal,
        gridHeight: relativePosition?.rows.shape[3] ?? 0, gridWidth: relativePosition?.columns.shape[3] ?? 0)
    return Tensor.filled([batch, query.tokens, value.width]) { out in
        query.tensor.read { q in
            key.tensor.read { k in
                value.tensor.read { v in
                    read(relativePosition?.rows) { rows in
                        read(relativePosition?.columns) { columns in
                            read(bias) { bias in
                                plan.run(
                                    AttentionPlan.Memory(
                                        out: out, query: q + query.firstColumn, queryStride: query.stride,
                                        key: k + key.firstColumn, keyStride: key.stride, value: v + value.firstColumn,
                                        valueStride: value.stride, rows: rows, columns: columns, bias: bias),
                                    batch: batch)
                            }
                        }
                    }
                }
            }
        }
    }
}
