public import Tensors

/// A convolution with square kernel, equal stride and equal zero padding on both axes.
///
/// Keys: `weight` [out, in / groups, kernel, kernel], `bias` [out]. Matches `torch.nn.Conv2d`.
public struct Convolution2D: Sendable {
    package let weight: Tensor
    package let bias: Tensor?
    package let stride: Int
    package let padding: Int
    package let groups: Int
    /// The layer's name among the weights.
    package let path: String

    /// Precondition: `groups` divides both channel counts.
    public init(
        _ scope: WeightScope, in inputChannels: Int, out outputChannels: Int, kernel: Int, stride: Int = 1,
        padding: Int = 0, groups: Int = 1, bias: Bool = true
    ) {
        require(
            groups > 0 && inputChannels % groups == 0 && outputChannels % groups == 0,
            "Convolution2D: \(groups) groups do not divide \(inputChannels) and \(outputChannels) channels")
        weight = scope.tensor("weight", shape: [outputChannels, inputChannels / groups, kernel, kernel])
        self.bias = bias ? scope.tensor("bias", shape: [outputChannels]) : nil
        self.stride = stride
        self.padding = padding
        self.groups = groups
        path = scope.path
    }

    /// `[batch, in, height, columns]` to `[batch, out, outHeight, outColumns]`,
    /// where `outHeight = (height + 2 padding - kernel) / stride + 1`.
    public func callAsFunction(_ input: Tensor, activation: Tensor.Activation = .none) -> Tensor {
        Profile.layer(path) {
            input.convolution2D(
                weight: weight, bias: bias, stride: stride, padding: padding, groups: groups, activation: activation)
        }
    }
}
