package import Tensors

extension TransformerBlock {
    /// What the block hands over, with names from the block on. The empty name is the block's result.
    package func activations(batch: Int, tokens: Int) -> [NamedShape] {
        let stream: Shape = [batch, tokens, attention.width]
        let hidden: Shape = [batch, tokens, feedForward.first.weight.shape[0]]
        return [NamedShape("input", stream), NamedShape("ln_1", stream)]
            + attention.activations(batch: batch, tokens: tokens).under("attn")
            + [NamedShape("residual", stream), NamedShape("ln_2", stream)]
            + feedForward.activations(hidden: hidden, output: stream).under("mlp") + [NamedShape("", stream)]
    }

    /// The block for observers: what is asked for is handed over. The ordinary block where nothing in it is asked for.
    package func callAsFunction(_ input: Tensor, mask: AttentionMask = .none, taps: ActivationTaps) -> Tensor {
        guard taps.asksBelow() else { return taps("", self(input, mask: mask)) }
        let input = taps("input", input)
        let attended = attention(taps("ln_1", attentionNorm(input)), mask: mask, taps: taps.child("attn"))
        let residual = taps("residual", input + attended)
        return taps("", residual + feedForward(taps("ln_2", feedForwardNorm(residual)), taps: taps.child("mlp")))
    }
}

extension MultiHeadAttention {
    /// What the attention hands over, with names from the attention on. The empty name is its result.
    func activations(batch: Int, tokens: Int) -> [NamedShape] {
        let result: Shape = [batch, tokens, width]
        return attentionActivations(
            batch: batch, heads: heads, queries: tokens, keys: tokens, headWidth: width / heads)
            + [NamedShape("contributions", [batch, heads, tokens, width]), NamedShape("", result)]
    }

    /// The attention for observers, written out where something in it is asked for.
    func callAsFunction(_ input: Tensor, mask: AttentionMask, taps: ActivationTaps) -> Tensor {
        guard taps.asksBelow() else { return taps("", self(input, mask: mask)) }
        let packed = projected(input)
        func heads(_ part: Int) -> Tensor {
            packed.sliced(axis: 2, part * width..<(part + 1) * width).splitIntoHeads(self.heads)
        }
        let hidden = mask == .causal ? Self.laterTokens(input.shape[1]) : nil
        let gathered = observedAttention(
            query: heads(0), key: heads(1), value: heads(2), bias: hidden.map { hidden in { _, _ in hidden } },
            taps: taps)
        return taps("", output.joiningHeads(gathered, taps: taps))
    }

    /// Minus infinity for each key behind its query, and 0 elsewhere: `[tokens, tokens]`.
    private static func laterTokens(_ tokens: Int) -> Tensor {
        Tensor(
            (0..<tokens * tokens).map { $0 % tokens > $0 / tokens ? -.infinity : 0 }, shape: [tokens, tokens])
    }
}

extension FeedForward {
    /// What the part hands over, with names from the part on. The empty name is its result, like the second map's name.
    package func activations(hidden: Shape, output: Shape) -> [NamedShape] {
        [
            NamedShape(names.first, hidden), NamedShape(names.activation, hidden), NamedShape(names.second, output),
            NamedShape("", output),
        ]
    }

    /// The part for observers, without a residual connection.
    package func callAsFunction(_ input: Tensor, taps: ActivationTaps) -> Tensor {
        guard taps.asksBelow() else { return taps("", self(input)) }
        let hidden = taps(names.activation, taps(names.first, first(input)).activated(by: activation))
        return taps("", taps(names.second, second(hidden)))
    }
}

extension Tensor {
    /// The activation that layers apply inside their products, by itself.
    package func activated(by activation: Activation) -> Tensor {
        switch activation {
        case .none: self
        case .gelu: gelu()
        case .quickGELU: quickGELU()
        case .relu: relu()
        case .relu6: clamped(to: 0...6)
        }
    }
}
