import NeuralNetwork
import Tensors

/// From pixels to the first map, a quarter of the picture's side.
///
/// Matches `PatchEmbed` of MobileSAM.
struct TinyViTStem: Sendable {
    let first: SpatialConvolution
    let second: SpatialConvolution

    /// Rows of the result that are made at once: with them the half-size map between the convolutions stays in cache.
    private static let bandRows = 4

    init(_ weights: WeightScope, width: Int) {
        first = SpatialConvolution(weights.child(0), in: 3, out: width / 2, stride: 2)
        second = SpatialConvolution(weights.child(2), in: width / 2, out: width, stride: 2)
    }

    /// - Parameter pixels: `[3, side, side]`.
    /// - Returns: `[side / 4, side / 4, width]`.
    func callAsFunction(_ pixels: Tensor) -> Tensor {
        let (rows, columns) = (pixels.shape[1], pixels.shape[2])
        let halfRows = first.results(rows)
        let shape: Shape = [
            second.results(halfRows), second.results(first.results(columns)), second.weight.outputs,
        ]
        return Tensor.inBands(shape, bandRows: Self.bandRows) { range in
            let half = KernelBand(outputs: range, height: halfRows, stride: 2)
            let whole = KernelBand(outputs: half.inputs, height: rows, stride: 2)
            let together = pixels.sliced(axis: 1, whole.inputs)
                .reshaped(to: [3, whole.inputs.count * columns]).transposed()
                .reshaped(to: [whole.inputs.count, columns, 3])
            return second(first(together, padding: whole.padding, activation: .gelu), padding: half.padding)
        }
    }
}

/// Widens the channels, mixes neighbours in each, narrows them again, and adds what came in.
///
/// Matches `MBConv` of MobileSAM.
struct InvertedBottleneck: Sendable {
    let widening: PixelwiseConvolution
    let mixing: DepthwiseConvolution
    let narrowing: PixelwiseConvolution

    /// Rows that are widened at once and stay in the third cache; the two rows beside them are widened again for the next
    /// ones.
    private static let bandRows = 8
    /// Rows that are mixed and narrowed at once, in the second cache.
    private static let partRows = 4

    init(_ weights: WeightScope, width: Int, expanded: Int) {
        widening = PixelwiseConvolution(weights.child("conv1"), in: width, out: expanded)
        mixing = DepthwiseConvolution(weights.child("conv2"), channels: expanded)
        narrowing = PixelwiseConvolution(weights.child("conv3"), in: expanded, out: width)
    }

    /// `[rows, columns, width]` to the same.
    func callAsFunction(_ map: Tensor) -> Tensor {
        let height = map.shape[0]
        return Tensor.inBands(map.shape, bandRows: Self.bandRows) { rows in
            let band = KernelBand(outputs: rows, height: height, stride: 1)
            let wide = widening(map.slice(band.inputs), activation: .gelu)
            return Tensor.inBands(map.slice(rows).shape, bandRows: Self.partRows) { part in
                let outputs = rows.lowerBound + part.lowerBound..<rows.lowerBound + part.upperBound
                let own = KernelBand(outputs: outputs, height: height, stride: 1)
                let first = own.inputs.lowerBound - band.inputs.lowerBound
                let mixed = mixing(
                    wide.slice(first..<first + own.inputs.count), padding: own.padding, activation: .gelu)
                return narrowing(mixed, adding: map.slice(outputs)).gelu()
            }
        }
    }
}

/// Changes the channels between two stages, and halves the map's sides where its stride is 2.
///
/// Matches `PatchMerging` of MobileSAM.
struct PixelMerging: Sendable {
    let widening: PixelwiseConvolution
    let mixing: DepthwiseConvolution
    let output: PixelwiseConvolution

    /// Rows of the result that are made at once, so that the widened map stays in cache.
    private static let bandRows = 4

    init(_ weights: WeightScope, in inputs: Int, out outputs: Int, stride: Int) {
        widening = PixelwiseConvolution(weights.child("conv1"), in: inputs, out: outputs)
        mixing = DepthwiseConvolution(weights.child("conv2"), channels: outputs, stride: stride)
        output = PixelwiseConvolution(weights.child("conv3"), in: outputs, out: outputs)
    }

    /// `[rows, columns, in]` to `[rows / stride, columns / stride, out]`.
    func callAsFunction(_ map: Tensor) -> Tensor {
        let (height, width) = (map.shape[0], map.shape[1])
        let channels = output.linear.weight.shape[0]
        return Tensor.inBands(
            [mixing.results(height), mixing.results(width), channels], bandRows: Self.bandRows
        ) { rows in
            let band = KernelBand(outputs: rows, height: height, stride: mixing.stride)
            let wide = widening(map.slice(band.inputs), activation: .gelu)
            return output(mixing(wide, padding: band.padding, activation: .gelu))
        }
    }
}
