package import Tensors

// Convolutions of maps whose pixels keep their channels together, `[rows, columns, channels]`.

extension Tensor {
    /// Rows of planes with the channels of each pixel together.
    ///
    /// **Shapes**: [channels, height, columns] -> [rows, columns, channels]
    package func pixels(in rows: Range<Int>) -> Tensor {
        let (channels, columns) = (shape[0], shape[2])
        return sliced(axis: 1, rows).reshaped(to: [channels, rows.count * columns]).transposed()
            .reshaped(to: [rows.count, columns, channels])
    }
}

extension Linear {
    /// A 1 x 1 convolution is an affine map of each pixel.
    ///
    /// Keys: `weight` [out, in, 1, 1], `bias` [out]. Matches `torch.nn.Conv2d` with a kernel of one pixel.
    package init(pixelwise scope: WeightScope, in inputs: Int, out outputs: Int) {
        self.init(
            weight: scope.tensor("weight", shape: [outputs, inputs, 1, 1]).reshaped(to: [outputs, inputs]),
            bias: scope.tensor("bias", shape: [outputs]), path: scope.path, precision: scope.precision)
    }
}

/// A 3 x 3 convolution, padded with one pixel of zeros.
package struct SpatialConvolution: Sendable {
    package let weight: ConvolutionWeight
    package let bias: Tensor
    package let stride: Int
    /// The layer's name among the weights.
    package let path: String

    /// From `weight` [out, in, 3, 3] and `bias` [out].
    package init(weight: Tensor, bias: Tensor, stride: Int, path: String) {
        self.weight = ConvolutionWeight(weight)
        self.bias = bias
        self.stride = stride
        self.path = path
    }

    /// `[rows, columns, in]` to `[rows, columns, out]`, with both sides divided by the stride and rounded up.
    ///
    /// - Parameter padding: on which sides a row of zeros is added. Without one there are fewer rows of results.
    package func callAsFunction(
        _ map: Tensor, padding: RowPadding = .both, activation: Tensor.Activation = .none
    ) -> Tensor {
        Profile.layer(path) {
            map.convolution3x3(weight: weight, bias: bias, stride: stride, padding: padding, activation: activation)
        }
    }

    /// How many rows of results a map of `height` rows has. Columns follow the same rule.
    package func results(_ height: Int) -> Int { RowPadding.both.results(height: height, stride: stride) }
}

/// A convolution of each channel by itself (`groups` equals the channels) with a kernel of 3 x 3 or 5 x 5, padded with
/// zeros so that stride 1 keeps the size.
package struct DepthwiseConvolution: Sendable {
    /// `[side * side, channels]`.
    package let weight: Tensor
    package let bias: Tensor
    /// Of the kernel.
    package let side: Int
    package let stride: Int
    /// The layer's name among the weights.
    package let path: String

    /// From `weight` [channels, 1, side, side] and `bias` [channels].
    package init(weight: Tensor, bias: Tensor, stride: Int, path: String) {
        side = weight.shape[2]
        self.weight = weight.reshaped(to: [weight.shape[0], side * side]).transposed()
        self.bias = bias
        self.stride = stride
        self.path = path
    }

    /// `[rows, columns, channels]` to the same, with both sides divided by the stride and rounded up.
    ///
    /// - Parameter padding: how many rows of zeros are added, those of a whole map if nil. Without them there are fewer
    ///   rows of results.
    package func callAsFunction(
        _ map: Tensor, padding: RowPadding? = nil, activation: Tensor.Activation = .none
    ) -> Tensor {
        Profile.layer(path) {
            map.depthwiseConvolution(
                weight: weight, bias: bias, stride: stride, padding: padding, activation: activation)
        }
    }

    /// How many rows of results a map of `height` rows has. Columns follow the same rule.
    package func results(_ height: Int) -> Int {
        RowPadding.both(of: side).results(height: height, stride: stride, side: side)
    }
}
