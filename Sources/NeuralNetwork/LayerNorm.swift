public import Tensors

/// Normalisation of the last axis to mean 0 and variance 1, then scale and shift.
///
/// Keys: `weight` [width], `bias` [width]. Matches `torch.nn.LayerNorm`.
public struct LayerNorm: Sendable {
    package let weight: Tensor
    package let bias: Tensor
    package let epsilon: Float
    /// The layer's name among the weights.
    package let path: String

    /// `epsilon` is added to the variance, so that a constant row divides by no zero.
    public init(_ scope: WeightScope, width: Int, epsilon: Float = 1e-5) {
        weight = scope.tensor("weight", shape: [width])
        bias = scope.tensor("bias", shape: [width])
        self.epsilon = epsilon
        path = scope.path
    }

    /// `[..., width]` to `[..., width]`.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        Profile.layer(path) { input.layerNorm(weight: weight, bias: bias, epsilon: epsilon) }
    }
}
