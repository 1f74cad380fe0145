public import Tensors

/// Normalisation over the channels of every pixel, then scale and shift per channel.
///
/// Keys: `weight` [channels], `bias` [channels]. Matches `LayerNorm2d` of segment_anything.
public struct LayerNorm2D: Sendable {
    package let weight: Tensor
    package let bias: Tensor
    package let epsilon: Float

    /// `epsilon` is added to the variance, so that a constant pixel divides by no zero.
    public init(_ scope: WeightScope, channels: Int, epsilon: Float = 1e-6) {
        weight = scope.tensor("weight", shape: [channels])
        bias = scope.tensor("bias", shape: [channels])
        self.epsilon = epsilon
    }

    /// `[batch, channels, height, columns]` to the same shape.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        input.layerNorm2D(weight: weight, bias: bias, epsilon: epsilon)
    }
}
