import NeuralNetwork
import Tensors

extension ActivationTaps {
    /// Hands over a map whose channels come last here and first in the reference.
    ///
    /// - Parameter map: `[batch, rows, columns, channels]`; observers see `[batch, channels, rows, columns]`.
    func planes(_ name: String, _ map: Tensor) -> Tensor {
        guard asks(name) else { return map }
        return self(name, map.permuted([0, 3, 1, 2])).permuted([0, 2, 3, 1])
    }
}
