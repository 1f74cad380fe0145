import KernelInterface

/// `softmax(scale * q k^T + relative position + bias) v`, head by head, without ever storing the whole matrix of logits.
///
/// Blocks of queries go over blocks of keys with a running maximum and sum; the blocks depend on the shapes alone, so the
/// result does not depend on the number of threads.
///
/// - Parameters:
///   - query: `[batch, queries, heads * headWidth]`.
///   - key: `[batch, keys, heads * headWidth]`.
///   - value: `[batch, keys, heads * valueHeadWidth]`.
///   - heads: divides the widths.
///   - scale: headWidth^-0.5 if nil.
///   - mask: which keys a query sees.
///   - windows: cut the grid of tokens; a token attends only to those of its window. The two parameters below then speak of
///     the slots of a window.
///   - relativePosition: the terms of tokens that lie on a square.
///   - bias: added to the scaled logits of every image of the batch, and of every window, `[heads, queries, keys]`.
/// - Returns: `[batch, queries, heads * valueHeadWidth]`.
///
/// **Complexity**: queries * keys * (headWidth + valueWidth) multiply-adds a head; a packed copy of the keys and values, and
/// under 1 MB a thread.
/// **Matches**: `torch.nn.functional.scaled_dot_product_attention` on heads split from the last axis;
/// `window_partition`, `add_decomposed_rel_pos` and `window_unpartition` of segment_anything around it.
public func scaledDotProductAttention(
    query: AttentionOperand, key: AttentionOperand, value: AttentionOperand, heads: Int, scale: Float? = nil,
    mask: AttentionMask = .none, windows: AttentionWindows? = nil, relativePosition: RelativePositionTables? = nil,
    bias: Tensor? = nil
) -> Tensor {
    let batch = query.batch
    require(
        heads > 0 && key.batch == batch && value.batch == batch && key.tokens == value.tokens
            && query.width == key.width && query.width % heads == 0 && value.width % heads == 0,
        "scaledDotProductAttention",
        "query \(query.tensor.shape), key \(key.tensor.shape), value \(value.tensor.shape), \(heads) heads")
    require(
        mask == .none || (query.tokens == key.tokens && windows == nil), "scaledDotProductAttention",
        "a causal mask needs as many queries as keys, not \(query.tokens) and \(key.tokens), and no windows")
    let headWidth = query.width / heads
    let plan = AttentionPlan(
        kernels: Kernels.active, heads: heads, queries: windows?.slots ?? query.tokens,
        keys: windows?.slots ?? key.tokens,
        headWidth: headWidth, valueWidth: value.width / heads, scale: scale ?? 1 / Float(headWidth).squareRoot(),
        isCausal: mask == .causal, hasBias: bias != nil, windows: windows, positions: relativePosition)
    if let windows {
        let tokens = windows.gridHeight * windows.gridWidth
        require(
            query.tokens == tokens && key.tokens == tokens, "scaledDotProductAttention",
            "\(query.tokens) queries and \(key.tokens) keys on a grid of \(windows.gridHeight) x \(windows.gridWidth)")
    }
    if let relativePosition {
        let slots = relativePosition.side * relativePosition.side
        require(
            plan.queries == slots && plan.keys == slots && relativePosition.headWidth == headWidth,
            "scaledDotProductAttention",
            "relative positions over \(slots) places for \(plan.keys) keys of width \(headWidth)")
    }
    require(
        bias.map { $0.shape == [heads, plan.queries, plan.keys] } ?? true, "scaledDotProductAttention",
        "bias \(bias?.shape ?? []) for \(heads) heads, \(plan.queries) queries and \(plan.keys) keys")
    return Tensor.filled(
        [batch, query.tokens, value.width],
        OperationCost(
            .attention, multiplyAdds: batch * plan.multiplyAdds,
            elements: batch
                * (query.tokens * (query.width + value.width) + key.tokens * (key.width + value.width))
                + (bias?.count ?? 0))
    ) { out in
        query.read { query in
            key.read { key in
                value.read { value in
                    read(bias) { bias in
                        plan.run(
                            AttentionPlan.Memory(out: out, query: query, key: key, value: value, bias: bias),
                            groups: batch * (windows?.count ?? 1))
                    }
                }
            }
        }
    }
}
