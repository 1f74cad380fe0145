import NeuralNetwork
import Tensors

extension TextTower {
    /// What the tower hands over for this many texts, in the order of the computation. The whole context is computed, as in
    /// the reference.
    func activations(texts: Int) -> [NamedShape] {
        let stream: Shape = [texts, configuration.contextLength, configuration.textWidth]
        return [NamedShape("token_embedding", stream)]
            + projection.activations(behind: blocks, batch: texts, tokens: configuration.contextLength)
    }

    /// The tower for observers: tokens from start to end to `[texts, embedding]`, not normalised.
    func callAsFunction(_ texts: [[Int]], taps: ActivationTaps) -> Tensor {
        let embedded = taps("token_embedding", embedded(texts, length: configuration.contextLength))
        return projection.vectors(
            embedded + positions, through: blocks, mask: .causal, keeping: ends(of: texts), taps: taps)
    }
}
