import NeuralNetwork
import Tensors

/// From pixels to the first tokens: one convolution whose kernel is its stride.
///
/// Matches `PatchEmbed` of segment_anything.
struct PatchEmbedding: Sendable {
    let convolution: Convolution2D
    /// The layer's name among the weights.
    let path: String

    init(_ weights: WeightScope, configuration: ViTConfiguration) {
        path = weights.path
        let patch = configuration.patch
        convolution = Convolution2D(
            weights.child("proj"), in: 3, out: configuration.width, kernel: patch, stride: patch, padding: 0)
    }

    /// - Parameter pixels: `[3, side, side]`, normalised.
    /// - Returns: `[tokens, width]`, row-major over the grid.
    func callAsFunction(_ pixels: Tensor) -> Tensor {
        let map = convolution(pixels.expanded(axis: 0))
        return Profile.layer(path) { map.reshaped(to: [map.shape[1], -1]).transposed() }
    }
}
