import NeuralNetwork
import Tensors

extension TinyViTEncoder {
    /// What the encoder hands over, with names from the encoder on, in the order of the computation.
    var activations: [NamedShape] {
        var side = stages.reduce(neck.grid) { $0 * $1.merging.depthwise.stride }
        var found = patchEmbedding.activations(side: side).under("patch_embed")
        found += convolutions.enumerated().flatMap { $1.activations(side: side).under("layers.0.blocks.\($0)") }
        for (index, stage) in stages.enumerated() {
            let merging = stage.merging.activations(side: side)
            found += merging.under("layers.\(index).downsample") + merging.suffix(1).under("layers.\(index)")
            side /= stage.merging.depthwise.stride
            let blocks = stage.blocks.enumerated().map { $1.activations.under("layers.\(index + 1).blocks.\($0)") }
            found += blocks.flatMap { $0 }
            if index + 1 == stages.count {
                found += blocks.last?.suffix(1).map { NamedShape("layers.\(index + 1)", $0.shape) } ?? []
            }
        }
        return found + neck.activations.under("neck")
    }

    /// The encoder for observers: `[3, side, side]` to `[channels, rows, columns]`.
    func callAsFunction(_ pixels: Tensor, taps: ActivationTaps) -> Tensor {
        let layers = taps.child("layers")
        var map = patchEmbedding(pixels, taps: taps.child("patch_embed"))
        for (index, block) in convolutions.enumerated() {
            map = block(map, taps: layers.child(0).child("blocks").child(index))
        }
        for (index, stage) in stages.enumerated() {
            var tokens = stage.merging(map, taps: layers.child(index).child("downsample"))
            tokens = layers.child(index)("", tokens)
            for (number, block) in stage.blocks.enumerated() {
                tokens = block(tokens, taps: layers.child(index + 1).child("blocks").child(number))
            }
            if index + 1 == stages.count { tokens = layers.child(index + 1)("", tokens) }
            let side = map.shape[1] / stage.merging.depthwise.stride
            map = tokens.reshaped(to: [1, side, side, -1])
        }
        return neck(map.reshaped(to: [-1, map.shape[3]]), taps: taps.child("neck"))
    }
}

extension TinyViTPatchEmbedding {
    /// What the patch embedding hands over for a map of this side. The empty name is its result.
    func activations(side: Int) -> [NamedShape] {
        let half: Shape = [1, first.weight.outputs, 2 * side, 2 * side]
        let whole: Shape = [1, second.weight.outputs, side, side]
        return ["seq.0", "seq.1"].map { NamedShape($0, half) } + ["seq.2", "seq", ""].map { NamedShape($0, whole) }
    }

    /// The patch embedding for observers: `[3, side, side]` to `[1, side / 4, side / 4, width]`.
    func callAsFunction(_ pixels: Tensor, taps: ActivationTaps) -> Tensor {
        guard taps.asksBelow() else { return taps.planes("", self(pixels).expanded(axis: 0)) }
        let half = taps.planes("seq.0", first(pixels.permuted([1, 2, 0])).expanded(axis: 0))
        let activated = taps.planes("seq.1", half.gelu())
        let whole = taps.planes("seq.2", second(activated.squeezed(axis: 0)).expanded(axis: 0))
        return taps.planes("", taps.planes("seq", whole))
    }
}

extension InvertedBottleneck {
    /// What the block hands over for a map of this side. The empty name is its result.
    func activations(side: Int) -> [NamedShape] {
        let narrow: Shape = [1, projection.linear.weight.shape[0], side, side]
        let wide: Shape = [1, expansion.linear.weight.shape[0], side, side]
        return [NamedShape("input", narrow)] + ["conv1", "act1", "conv2", "act2"].map { NamedShape($0, wide) }
            + ["conv3", "act3", ""].map { NamedShape($0, narrow) }
    }

    /// The block for observers: `[1, rows, columns, width]` to the same.
    func callAsFunction(_ map: Tensor, taps: ActivationTaps) -> Tensor {
        guard taps.asksBelow() else { return taps.planes("", self(map.squeezed(axis: 0)).expanded(axis: 0)) }
        let input = taps.planes("input", map)
        let expanded = taps.planes("act1", taps.planes("conv1", expansion(input)).gelu())
        let convolved = taps.planes("conv2", depthwise(expanded.squeezed(axis: 0)).expanded(axis: 0))
        let projected = taps.planes("conv3", projection(taps.planes("act2", convolved.gelu())))
        return taps.planes("", taps.planes("act3", (projected + input).gelu()))
    }
}

extension PatchMerging {
    /// What the merging hands over for a map of this side. The empty name is its result. The reference uses one activation
    /// twice; here they are `act1` and `act2`.
    func activations(side: Int) -> [NamedShape] {
        let (channels, results) = (output.linear.weight.shape[0], depthwise.results(side))
        let before: Shape = [1, channels, side, side]
        let after: Shape = [1, channels, results, results]
        return ["conv1", "act1"].map { NamedShape($0, before) }
            + ["conv2", "act2", "conv3"].map { NamedShape($0, after) }
            + [NamedShape("", [1, results * results, channels])]
    }

    /// The merging for observers: `[1, rows, columns, in]` to `[1, tokens, out]`.
    func callAsFunction(_ map: Tensor, taps: ActivationTaps) -> Tensor {
        guard taps.asksBelow() else {
            let merged = self(map.squeezed(axis: 0))
            return taps("", merged.reshaped(to: [1, -1, merged.shape[2]]))
        }
        let wide = taps.planes("act1", taps.planes("conv1", input(map)).gelu())
        let convolved = taps.planes("conv2", depthwise(wide.squeezed(axis: 0)).expanded(axis: 0))
        let merged = taps.planes("conv3", output(taps.planes("act2", convolved.gelu())))
        return taps("", merged.reshaped(to: [1, -1, merged.shape[3]]))
    }
}
