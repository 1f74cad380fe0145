import NeuralNetwork
import Tensors

extension TinyViTBlock {
    /// What the block hands over, with names from the block on. The empty name is its result.
    var activations: [NamedShape] {
        let width = attention.output.weight.shape[0]
        let stream: Shape = [1, side * side, width]
        let hidden: Shape = [1, side * side, feedForward.first.weight.shape[0]]
        return [NamedShape("input", stream)] + attention.activations(side: side).under("attn")
            + [NamedShape("residual", stream), NamedShape("local_conv", [1, width, side, side])]
            + ([NamedShape("norm", stream)] + feedForward.activations(hidden: hidden, output: stream)).under("mlp")
            + [NamedShape("", stream)]
    }

    /// The block for observers: `[1, tokens, width]`, row-major over the map, to the same.
    func callAsFunction(_ tokens: Tensor, taps: ActivationTaps) -> Tensor {
        guard taps.asksBelow() else { return taps("", self(tokens.squeezed(axis: 0)).expanded(axis: 0)) }
        let input = taps("input", tokens)
        let square: Shape = [1, side, side, input.shape[2]]
        let attended = attention(input.reshaped(to: square), taps: taps.child("attn"))
        let residual = taps("residual", input + attended.reshaped(to: input.shape))
        let map = localConvolution(residual.reshaped(to: square).squeezed(axis: 0)).expanded(axis: 0)
        let convolved = taps.planes("local_conv", map).reshaped(to: input.shape)
        let normalized = taps("mlp.norm", feedForwardNorm(convolved))
        return taps("", convolved + feedForward(normalized, taps: taps.child("mlp")))
    }
}

extension WindowAttention {
    private func partition(_ side: Int) -> WindowPartition {
        WindowPartition(grid: side, window: Int(Double(bias.shape[1]).squareRoot()))
    }

    /// What the attention hands over for a map of this side, window by window. The empty name is its result.
    func activations(side: Int) -> [NamedShape] {
        let (windows, slots, width) = (partition(side).count, bias.shape[1], output.weight.shape[0])
        let result: Shape = [windows, slots, width]
        return [NamedShape("norm", result), NamedShape("qkv", [windows, slots, 3 * width])]
            + attentionActivations(
                batch: windows, heads: heads, queries: slots, keys: slots, headWidth: width / heads)
            + [NamedShape("contributions", [windows, heads, slots, width])]
            + ["proj", ""].map { NamedShape($0, result) }
    }

    /// The attention for observers, written out: `[1, side, side, width]` to the same, without a residual connection.
    func callAsFunction(_ map: Tensor, taps: ActivationTaps) -> Tensor {
        let cut = partition(map.shape[1])
        let (slots, width) = (cut.window * cut.window, map.shape[3])
        let normalized = taps("norm", norm(cut.cut(map).reshaped(to: [cut.count, slots, width])))
        // The reference has query, key and value of a head side by side.
        let byHead = projection(normalized).reshaped(to: [cut.count, slots, 3, heads, width / heads])
            .permuted([0, 1, 3, 2, 4]).reshaped(to: [cut.count, slots, 3 * width])
        let parts = taps("qkv", byHead).reshaped(to: [cut.count, slots, heads, 3, width / heads])
            .permuted([3, 0, 2, 1, 4])
        let gathered = observedAttention(
            query: parts.element(0), key: parts.element(1), value: parts.element(2),
            bias: { head, _ in bias.element(head % heads) }, taps: taps)
        return cut.joined(taps("", taps("proj", output.joiningHeads(gathered, taps: taps))))
    }
}
