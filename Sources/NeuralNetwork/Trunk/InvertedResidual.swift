import Tensors

/// A block of a trunk: a 1 x 1 convolution to more channels, a convolution within each channel, and a 1 x 1 convolution
/// back, added to what came in where it has the same shape. ReLU6 stands behind the first two.
///
/// Keys: `expand` (left out where the block does not widen), `depthwise`, `project`. Matches `InvertedResidual` of
/// Tools/training/trunk.py.
struct InvertedResidual: Sendable {
    let expand: Linear?
    let depthwise: DepthwiseConvolution
    let project: Linear
    /// Whether the input is added to the result.
    let adds: Bool
    /// The block's name among the weights.
    let path: String

    init(_ scope: WeightScope, in inputs: Int, _ sizes: TrunkConfiguration.Block) {
        let (hidden, side) = (sizes.hidden, sizes.kernel)
        path = scope.path
        expand = hidden == inputs ? nil : Linear(pixelwise: scope.child("expand"), in: inputs, out: hidden)
        let inner = scope.child("depthwise")
        depthwise = DepthwiseConvolution(
            weight: inner.tensor("weight", shape: [hidden, 1, side, side]),
            bias: inner.tensor("bias", shape: [hidden]), stride: sizes.stride, path: inner.path)
        project = Linear(pixelwise: scope.child("project"), in: hidden, out: sizes.channels)
        adds = sizes.stride == 1 && inputs == sizes.channels
    }

    /// `[rows, columns, in]` to `[rows / stride, columns / stride, out]`, rounded up.
    func callAsFunction(_ map: Tensor) -> Tensor {
        let shape: Shape = [
            depthwise.results(map.shape[0]), depthwise.results(map.shape[1]), project.weight.shape[0],
        ]
        return Profile.layer(path) {
            guard let rows = bandRows(width: map.shape[1], of: shape[0]) else { return band(of: map, 0..<shape[0]) }
            return Tensor.inBands(shape, bandRows: rows) { band(of: map, $0) }
        }
    }

    /// Whether a map of this shape goes through the block in bands.
    func isBanded(_ map: Shape) -> Bool { bandRows(width: map[1], of: depthwise.results(map[0])) != nil }

    /// Rows of the result, with all that lies between the convolutions in cache where they are few.
    private func band(of map: Tensor, _ rows: Range<Int>) -> Tensor {
        let band = KernelBand(outputs: rows, height: map.shape[0], stride: depthwise.stride, side: depthwise.side)
        let input = map.slice(band.inputs)
        let wide = expand?(input, activation: .relu6) ?? input
        return project(
            depthwise(wide, padding: band.padding, activation: .relu6), adding: adds ? map.slice(rows) : nil)
    }

    /// Numbers of a band's wide map that stay in the second-level cache.
    private static let bandNumbers = 163_840

    /// How many rows of the result are made at a time; nil for all of them, where the wide map is small, or where more than
    /// a third of its rows would be made twice.
    private func bandRows(width: Int, of rows: Int) -> Int? {
        let wideRow = width * depthwise.weight.shape[1]
        let overlap = max(0, depthwise.side - depthwise.stride)
        let fitting = (Self.bandNumbers / wideRow - overlap) / depthwise.stride
        guard fitting > 0, rows > 2 * fitting, 3 * overlap <= fitting * depthwise.stride else { return nil }
        return fitting
    }
}
