import NeuralNetwork
import Tensors

/// A convolution and the batch norm behind it, folded into one convolution when the weights are read.
///
/// In evaluation a batch norm multiplies each channel by a constant and adds another:
/// `gamma (w * x - mean) / sqrt(variance + epsilon) + beta`. Both constants can be put into the convolution's weight and
/// bias, so the batch norm costs nothing.
///
/// Keys: `c.weight` [out, in, kernel, kernel], `bn.{weight, bias, running_mean, running_var}` [out]. Matches `Conv2d_BN`
/// of MobileSAM in evaluation mode.
struct FoldedConvolution: Sendable {
    /// `[out, in / groups, kernel, kernel]`.
    let weight: Tensor
    /// `[out]`.
    let bias: Tensor

    static let epsilon = 1e-5

    init(_ weights: WeightScope, in inputs: Int, out outputs: Int, kernel: Int) {
        let shape: Shape = [outputs, inputs, kernel, kernel]
        let norm = weights.child("bn")
        let plain = weights.child("c").tensor("weight", shape: shape)
        let gamma = norm.tensor("weight", shape: [outputs]).values
        let beta = norm.tensor("bias", shape: [outputs]).values
        let mean = norm.tensor("running_mean", shape: [outputs]).values
        let variance = norm.tensor("running_var", shape: [outputs]).values
        let scale = zip(gamma, variance).map { Double($0) / (Double($1) + Self.epsilon).squareRoot() }
        weight = plain * Tensor(scale.map { Float($0) }, shape: [outputs, 1, 1, 1])
        bias = Tensor((0..<outputs).map { Float(Double(beta[$0]) - Double(mean[$0]) * scale[$0]) }, shape: [outputs])
    }
}

/// A 1 x 1 convolution with its batch norm: a linear layer of the pixels.
struct PixelwiseConvolution: Sendable {
    let linear: Linear

    init(_ weights: WeightScope, in inputs: Int, out outputs: Int) {
        let folded = FoldedConvolution(weights, in: inputs, out: outputs, kernel: 1)
        linear = Linear(
            weight: folded.weight.reshaped(to: [outputs, inputs]), bias: folded.bias, path: weights.path)
    }

    /// `[..., in]` to `[..., out]`; `residual` is added to the result.
    func callAsFunction(
        _ map: Tensor, activation: Tensor.Activation = .none, adding residual: Tensor? = nil
    ) -> Tensor {
        linear(map, activation: activation, adding: residual)
    }
}

extension SpatialConvolution {
    /// A 3 x 3 convolution with its batch norm.
    init(_ weights: WeightScope, in inputs: Int, out outputs: Int, stride: Int) {
        let folded = FoldedConvolution(weights, in: inputs, out: outputs, kernel: 3)
        self.init(weight: folded.weight, bias: folded.bias, stride: stride, path: weights.path)
    }
}

extension DepthwiseConvolution {
    /// A 3 x 3 convolution of each channel by itself with its batch norm.
    init(_ weights: WeightScope, channels: Int, stride: Int = 1) {
        let folded = FoldedConvolution(weights, in: 1, out: channels, kernel: 3)
        self.init(weight: folded.weight, bias: folded.bias, stride: stride, path: weights.path)
    }
}
