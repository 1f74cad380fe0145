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
    /// What the patch embedding hands over: each convolution's result, before the activation that may follow it.
    func activations(batch: Int, gridHeight: Int, gridWidth: Int) -> [NamedShape] {
        switch self {
        case .patches(let convolution):
            return [NamedShape("conv1", [batch, convolution.weight.shape[0], gridHeight, gridWidth])]
        case .stem(let convolutions):
            return convolutions.enumerated().map { index, convolution in
                let factor = 1 << (convolutions.count - 1 - index)
                return NamedShape(
                    "stem.\(index)",
                    [batch, convolution.weight.shape[0], gridHeight * factor, gridWidth * factor])
            }
        case .trunk(let trunk):
            return trunk.activations(batch: batch, gridHeight: gridHeight, gridWidth: gridWidth).under("trunk")
        }
    }

    /// The patch embedding for observers; the ordinary one where nothing before its result is asked for.
    func callAsFunction(_ pixels: Tensor, taps: ActivationTaps) -> Tensor {
        switch self {
        case .patches: return taps("conv1", self(pixels))
        case .trunk(let trunk): return trunk(pixels, taps: taps.child("trunk"))
        case .stem(let convolutions):
            let last = convolutions.count - 1
            guard taps.asksBelow("stem") else { return self(pixels) }
            return convolutions.enumerated().reduce(pixels) { features, next in
                let convolved = taps("stem.\(next.offset)", next.element(features))
                return next.offset < last ? convolved.gelu() : convolved
            }
        }
    }
}
