import NeuralNetwork
import Tensors

// A convolution needs the whole map of the convolution before it, and such maps are larger than the processor's cache.
// Here the rows of the result are made in bands: a band runs through all convolutions of a block before the next one
// starts, so what lies between the convolutions stays in cache. Rows beside a band are computed once more for the next
// band. Every row has the same value as without bands.

/// From pixels to the first map, which has a quarter of the picture's height and width.
///
/// Matches `PatchEmbed` of MobileSAM.
struct TinyViTPatchEmbedding: Sendable {
    let first: SpatialConvolution
    let second: SpatialConvolution
    /// The layer's name among the weights.
    let path: String

    /// Rows of the result in a band. The half-size map between the two convolutions then fits the cache.
    private static let bandRows = 4

    init(_ weights: WeightScope, width: Int) {
        path = weights.path
        first = SpatialConvolution(weights.child(0), in: 3, out: width / 2, stride: 2)
        second = SpatialConvolution(weights.child(2), in: width / 2, out: width, stride: 2)
    }

    /// - Parameter pixels: `[3, side, side]`.
    /// - Returns: `[side / 4, side / 4, width]`.
    func callAsFunction(_ pixels: Tensor) -> Tensor {
        let (rows, columns) = (pixels.shape[1], pixels.shape[2])
        let halfRows = first.results(rows)
        let shape: Shape = [second.results(halfRows), second.results(first.results(columns)), second.weight.outputs]
        return Profile.layer(path) {
            Tensor.inBands(shape, bandRows: Self.bandRows) { range in
                let half = KernelBand(outputs: range, height: halfRows, stride: 2)
                let whole = KernelBand(outputs: half.inputs, height: rows, stride: 2)
                let between = first(pixels.pixels(in: whole.inputs), padding: whole.padding, activation: .gelu)
                return second(between, padding: half.padding)
            }
        }
    }
}

/// A 1 x 1 convolution to more channels, a depthwise 3 x 3 convolution, a 1 x 1 convolution back, and a residual
/// connection.
///
/// Matches `MBConv` of MobileSAM.
struct InvertedBottleneck: Sendable {
    /// `conv1`.
    let expansion: PixelwiseConvolution
    /// `conv2`.
    let depthwise: DepthwiseConvolution
    /// `conv3`.
    let projection: PixelwiseConvolution
    /// The block's name among the weights.
    let path: String

    /// Rows of the first convolution in a band, for the third-level cache.
    private static let bandRows = 8
    /// Rows of the other two in a part of the band, for the second-level cache.
    private static let partRows = 4

    init(_ weights: WeightScope, width: Int, expanded: Int) {
        path = weights.path
        expansion = PixelwiseConvolution(weights.child("conv1"), in: width, out: expanded)
        depthwise = DepthwiseConvolution(weights.child("conv2"), channels: expanded)
        projection = PixelwiseConvolution(weights.child("conv3"), in: expanded, out: width)
    }

    /// `[rows, columns, width]` to the same.
    func callAsFunction(_ map: Tensor) -> Tensor {
        Profile.layer(path) { Tensor.inBands(map.shape, bandRows: Self.bandRows) { band(of: map, $0) } }
    }

    /// Rows of the result.
    private func band(of map: Tensor, _ rows: Range<Int>) -> Tensor {
        let height = map.shape[0]
        let band = KernelBand(outputs: rows, height: height, stride: 1)
        let wide = expansion(map.slice(band.inputs), activation: .gelu)
        return Tensor.inBands(map.slice(rows).shape, bandRows: Self.partRows) { part in
            let outputs = rows.lowerBound + part.lowerBound..<rows.lowerBound + part.upperBound
            let own = KernelBand(outputs: outputs, height: height, stride: 1)
            let first = own.inputs.lowerBound - band.inputs.lowerBound
            let convolved = depthwise(
                wide.slice(first..<first + own.inputs.count), padding: own.padding, activation: .gelu)
            return projection(convolved, adding: map.slice(outputs)).gelu()
        }
    }
}

/// Between two stages: changes the number of channels, and halves height and width where its stride is 2.
///
/// Matches `PatchMerging` of MobileSAM.
struct PatchMerging: Sendable {
    /// `conv1`.
    let input: PixelwiseConvolution
    /// `conv2`.
    let depthwise: DepthwiseConvolution
    /// `conv3`.
    let output: PixelwiseConvolution
    /// The layer's name among the weights.
    let path: String

    /// Rows of the result in a band.
    private static let bandRows = 4

    init(_ weights: WeightScope, in inputs: Int, out outputs: Int, stride: Int) {
        path = weights.path
        input = PixelwiseConvolution(weights.child("conv1"), in: inputs, out: outputs)
        depthwise = DepthwiseConvolution(weights.child("conv2"), channels: outputs, stride: stride)
        output = PixelwiseConvolution(weights.child("conv3"), in: outputs, out: outputs)
    }

    /// `[rows, columns, in]` to `[rows / stride, columns / stride, out]`.
    func callAsFunction(_ map: Tensor) -> Tensor {
        let (height, width) = (map.shape[0], map.shape[1])
        let channels = output.linear.weight.shape[0]
        let shape: Shape = [depthwise.results(height), depthwise.results(width), channels]
        return Profile.layer(path) {
            Tensor.inBands(shape, bandRows: Self.bandRows) { rows in
                let band = KernelBand(outputs: rows, height: height, stride: depthwise.stride)
                let wide = input(map.slice(band.inputs), activation: .gelu)
                return output(depthwise(wide, padding: band.padding, activation: .gelu))
            }
        }
    }
}
