import NeuralNetwork
import Tensors

/// From pixels to the first map, a quarter of the picture's side.
///
/// Matches `PatchEmbed` of MobileSAM.
struct TinyViTStem: Sendable {
    let first: NormalizedConvolution
    let second: NormalizedConvolution

    init(_ weights: WeightScope, width: Int) {
        first = NormalizedConvolution(weights.child(0), in: 3, out: width / 2, kernel: 3)
        second = NormalizedConvolution(weights.child(2), in: width / 2, out: width, kernel: 3)
    }

    /// - Parameter pixels: `[3, side, side]`.
    /// - Returns: `[side / 4, side / 4, width]`.
    func callAsFunction(_ pixels: Tensor) -> Tensor {
        let half = pixels.expanded(axis: 0)
            .convolution2D(weight: first.weight, bias: first.bias, stride: 2, padding: 1, activation: .gelu)
        let quarter = half.convolution2D(weight: second.weight, bias: second.bias, stride: 2, padding: 1)
        let (width, rows, columns) = (quarter.shape[1], quarter.shape[2], quarter.shape[3])
        return quarter.reshaped(to: [width, rows * columns]).transposed().reshaped(to: [rows, columns, width])
    }
}

/// Widens the channels, mixes neighbours in each, narrows them again, and adds what came in.
///
/// Matches `MBConv` of MobileSAM.
struct InvertedBottleneck: Sendable {
    let widening: PixelwiseConvolution
    let mixing: DepthwiseConvolution
    let narrowing: PixelwiseConvolution

    init(_ weights: WeightScope, width: Int, expanded: Int) {
        widening = PixelwiseConvolution(weights.child("conv1"), in: width, out: expanded)
        mixing = DepthwiseConvolution(weights.child("conv2"), channels: expanded)
        narrowing = PixelwiseConvolution(weights.child("conv3"), in: expanded, out: width)
    }

    /// `[rows, columns, width]` to the same.
    func callAsFunction(_ map: Tensor) -> Tensor {
        narrowing(mixing(widening(map, activation: .gelu), activation: .gelu), adding: map).gelu()
    }
}

/// Changes the channels between two stages, and halves the map's sides where its stride is 2.
///
/// Matches `PatchMerging` of MobileSAM.
struct PixelMerging: Sendable {
    let widening: PixelwiseConvolution
    let mixing: DepthwiseConvolution
    let output: PixelwiseConvolution

    init(_ weights: WeightScope, in inputs: Int, out outputs: Int, stride: Int) {
        widening = PixelwiseConvolution(weights.child("conv1"), in: inputs, out: outputs)
        mixing = DepthwiseConvolution(weights.child("conv2"), channels: outputs, stride: stride)
        output = PixelwiseConvolution(weights.child("conv3"), in: outputs, out: outputs)
    }

    /// `[rows, columns, in]` to `[rows / stride, columns / stride, out]`.
    func callAsFunction(_ map: Tensor) -> Tensor {
        output(mixing(widening(map, activation: .gelu), activation: .gelu))
    }
}
