import NeuralNetwork
import Tensors

extension EncoderNeck {
    /// What the neck hands over, with names from the neck on. The empty name is its result.
    var activations: [NamedShape] {
        let shape: Shape = [1, projectionNorm.weight.count, grid, grid]
        return ["0", "1", "2", "3", ""].map { NamedShape($0, shape) }
    }

    /// The neck for observers: `[tokens, width]` to `[channels, rows, columns]`.
    func callAsFunction(_ tokens: Tensor, taps: ActivationTaps) -> Tensor {
        guard taps.asksBelow() else { return taps("", self(tokens).expanded(axis: 0)).squeezed(axis: 0) }
        let map = projection(tokens).reshaped(to: [1, grid, grid, -1])
        let projected = taps.planes("1", projectionNorm(taps.planes("0", map)))
        let convolved = projected.squeezed(axis: 0).convolution3x3(weight: convolution).expanded(axis: 0)
        let normalized = taps.planes("3", convolutionNorm(taps.planes("2", convolved)))
        return taps("", normalized.permuted([0, 3, 1, 2])).squeezed(axis: 0)
    }
}
