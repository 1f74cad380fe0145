import NeuralNetwork
import Tensors

extension ImageTower {
    /// What the tower hands over for this many pictures and patches, in the order of the computation.
    func activations(batch: Int, gridHeight: Int, gridWidth: Int) -> [NamedShape] {
        let tokens = 1 + gridHeight * gridWidth
        let stream: Shape = [batch, tokens, configuration.visionWidth]
        let own =
            patchEmbedding.activations(batch: batch, gridHeight: gridHeight, gridWidth: gridWidth)
            + [NamedShape("ln_pre.input", stream), NamedShape("ln_pre", stream)]
            + projection.activations(behind: blocks, batch: batch, tokens: tokens)
            + [NamedShape("", [batch, configuration.embedding])]
        return own.under("visual")
    }

    /// The tower for observers: `[batch, 3, height, columns]` to `[batch, embedding]`, not normalised.
    func callAsFunction(_ pixels: Tensor, taps: ActivationTaps) -> Tensor {
        let taps = taps.child("visual")
        let tokens = taps("ln_pre.input", placed(patchEmbedding(pixels, taps: taps)).tokens)
        let classTokens = Array(repeating: 0, count: tokens.shape[0])
        return taps(
            "", projection.vectors(taps("ln_pre", firstNorm(tokens)), through: blocks, keeping: classTokens, taps: taps)
        )
    }
}

extension PatchEmbedding {
    /// What the patch embedding hands over: the convolution's result, or what the trunk hands over.
    func activations(batch: Int, gridHeight: Int, gridWidth: Int) -> [NamedShape] {
        switch self {
        case .patches(let convolution):
            return [NamedShape("conv1", [batch, convolution.weight.shape[0], gridHeight, gridWidth])]
        case .trunk(let trunk):
            return trunk.activations(batch: batch, gridHeight: gridHeight, gridWidth: gridWidth).under("trunk")
        }
    }

    /// The patch embedding for observers; the ordinary one where nothing before its result is asked for.
    func callAsFunction(_ pixels: Tensor, taps: ActivationTaps) -> Tensor {
        switch self {
        case .patches: return taps("conv1", self(pixels))
        case .trunk(let trunk): return trunk(pixels, taps: taps.child("trunk"))
        }
    }
}
