import NeuralNetwork
import Tensors

extension ViTEncoder {
    private var grid: Int { neck.grid }
    private var width: Int { positionEmbedding.shape[1] }

    /// What the encoder hands over, with names from the encoder on, in the order of the computation.
    var activations: [NamedShape] {
        patchEmbedding.activations(grid: grid).under("patch_embed")
            + blocks.enumerated().flatMap { $1.activations(grid: grid).under("blocks.\($0)") }
            + neck.activations.under("neck")
    }

    /// The encoder for observers: `[3, side, side]` to `[channels, rows, columns]`.
    func callAsFunction(_ pixels: Tensor, taps: ActivationTaps) -> Tensor {
        let patches = patchEmbedding(pixels, grid: grid, taps: taps.child("patch_embed"))
        var tokens = patches + positionEmbedding.reshaped(to: [1, grid, grid, width])
        for (index, block) in blocks.enumerated() {
            tokens = block(tokens, taps: taps.child("blocks").child(index))
        }
        return neck(tokens.reshaped(to: [-1, width]), taps: taps.child("neck"))
    }
}

extension PatchEmbedding {
    /// What the patch embedding hands over, with names from it on.
    func activations(grid: Int) -> [NamedShape] {
        let width = convolution.weight.shape[0]
        return [NamedShape("proj", [1, width, grid, grid]), NamedShape("", [1, grid, grid, width])]
    }

    /// The patch embedding for observers: `[3, side, side]` to `[1, grid, grid, width]`.
    func callAsFunction(_ pixels: Tensor, grid: Int, taps: ActivationTaps) -> Tensor {
        guard taps.asksBelow() else { return taps("", self(pixels).reshaped(to: [1, grid, grid, -1])) }
        let map = taps("proj", convolution(pixels.expanded(axis: 0)))
        return taps("", map.permuted([0, 2, 3, 1]))
    }
}

extension EncoderBlock {
    /// What the block hands over, with names from the block on. The empty name is the block's result.
    func activations(grid: Int) -> [NamedShape] {
        let width = attention.output.weight.shape[0]
        let stream: Shape = [1, grid, grid, width]
        return [NamedShape("input", stream), NamedShape("norm1", stream)]
            + attention.activations(grid: grid).under("attn")
            + [NamedShape("residual", stream), NamedShape("norm2", stream)]
            + feedForward.activations(
                hidden: [1, grid, grid, feedForward.first.weight.shape[0]], output: stream
            ).under("mlp") + [NamedShape("", stream)]
    }

    /// The block for observers, `[1, grid, grid, width]` to the same. The ordinary one where nothing in it is asked for.
    func callAsFunction(_ map: Tensor, taps: ActivationTaps) -> Tensor {
        guard taps.asksBelow() else {
            return taps("", self(map.reshaped(to: [-1, map.shape[3]])).reshaped(to: map.shape))
        }
        let input = taps("input", map)
        let attended = attention(taps("norm1", attentionNorm(input)), taps: taps.child("attn"))
        let residual = taps("residual", input + attended)
        return taps("", residual + feedForward(taps("norm2", feedForwardNorm(residual)), taps: taps.child("mlp")))
    }
}
