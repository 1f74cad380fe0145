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
        let wide = expand?(map, activation: .relu6) ?? map
        return project(depthwise(wide, activation: .relu6), adding: adds ? map : nil)
    }
}
