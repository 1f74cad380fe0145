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

/// A 3 x 3 convolution with its batch norm.
struct SpatialConvolution: Sendable {
    let weight: ConvolutionWeight
    let bias: Tensor
    let stride: Int
    /// The layer's name among the weights.
    let path: String

    init(_ weights: WeightScope, in inputs: Int, out outputs: Int, stride: Int) {
        let folded = FoldedConvolution(weights, in: inputs, out: outputs, kernel: 3)
        path = weights.path
        weight = ConvolutionWeight(folded.weight)
        bias = folded.bias
        self.stride = stride
    }

    /// `[rows, columns, in]` to `[rows, columns, out]`, with both sides divided by the stride and rounded up.
    ///
    /// - Parameter padding: on which sides a row of zeros is added. Without one there are fewer rows of results.
    func callAsFunction(_ map: Tensor, padding: RowPadding = .both, activation: Tensor.Activation = .none) -> Tensor {
        Profile.layer(path) {
            map.convolution3x3(weight: weight, bias: bias, stride: stride, padding: padding, activation: activation)
        }
    }

    /// How many rows of results a map of `height` rows has. Columns follow the same rule.
    func results(_ height: Int) -> Int { RowPadding.both.results(height: height, stride: stride) }
}

/// A 3 x 3 convolution of each channel by itself (`groups` equals the channels) with its batch norm.
struct DepthwiseConvolution: Sendable {
    /// `[9, channels]`.
    let weight: Tensor
    let bias: Tensor
    let stride: Int
    /// The layer's name among the weights.
    let path: String

    init(_ weights: WeightScope, channels: Int, stride: Int = 1) {
        let folded = FoldedConvolution(weights, in: 1, out: channels, kernel: 3)
        path = weights.path
        weight = folded.weight.reshaped(to: [channels, 9]).transposed()
        bias = folded.bias
        self.stride = stride
    }

    /// `[rows, columns, channels]` to the same, with both sides divided by the stride and rounded up.
    ///
    /// - Parameter padding: on which sides a row of zeros is added. Without one there are fewer rows of results.
    func callAsFunction(_ map: Tensor, padding: RowPadding = .both, activation: Tensor.Activation = .none) -> Tensor {
        Profile.layer(path) {
            map.depthwiseConvolution3x3(
                weight: weight, bias: bias, stride: stride, padding: padding, activation: activation)
        }
    }

    /// How many rows of results a map of `height` rows has. Columns follow the same rule.
    func results(_ height: Int) -> Int { RowPadding.both.results(height: height, stride: stride) }
}
