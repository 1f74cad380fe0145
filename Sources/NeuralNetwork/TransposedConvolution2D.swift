public import Tensors

/// A transposed convolution with square kernel and no padding: it enlarges the grid by `stride`.
///
/// Keys: `weight` [in, out, kernel, kernel], `bias` [out]. Matches `torch.nn.ConvTranspose2d`.
public struct TransposedConvolution2D: Sendable {
    package let weight: Tensor
    package let bias: Tensor
    package let stride: Int

    /// Reads a weight of `kernel` x `kernel` pixels; `stride` is how many times larger the grid becomes.
    public init(_ scope: WeightScope, in inputChannels: Int, out outputChannels: Int, kernel: Int, stride: Int) {
        weight = scope.tensor("weight", shape: [inputChannels, outputChannels, kernel, kernel])
        bias = scope.tensor("bias", shape: [outputChannels])
        self.stride = stride
    }

    /// `[batch, in, height, columns]` to `[batch, out, (height - 1) stride + kernel, (columns - 1) stride + kernel]`.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        input.transposedConvolution2D(weight: weight, bias: bias, stride: stride)
    }
}
