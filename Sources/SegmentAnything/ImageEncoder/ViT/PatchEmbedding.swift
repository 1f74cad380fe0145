import NeuralNetwork
import Tensors

/// From pixels to the first tokens: one convolution in the published models, a trunk in the small one.
enum PatchEmbedding: Sendable {
    case projection(Convolution2D, path: String)
    case trunk(Trunk)

    init(_ weights: WeightScope, configuration: ViTConfiguration) {
        switch configuration.patchEmbedding {
        case .projection(let patch):
            self = .projection(
                Convolution2D(
                    weights.child("proj"), in: 3, out: configuration.width, kernel: patch, stride: patch, padding: 0),
                path: weights.path)
        case .trunk(let trunk, let patch):
            self = .trunk(Trunk(weights.child("trunk"), trunk, patch: patch, width: configuration.width))
        }
    }

    /// - Parameter pixels: `[3, side, side]`, normalised.
    /// - Returns: `[tokens, width]`, row-major over the grid.
    func callAsFunction(_ pixels: Tensor) -> Tensor {
        switch self {
        case .trunk(let trunk):
            let grid = trunk(pixels)
            return grid.reshaped(to: [-1, grid.shape[2]])
        case .projection(let convolution, let path):
            let map = convolution(pixels.expanded(axis: 0))
            return Profile.layer(path) { map.reshaped(to: [map.shape[1], -1]).transposed() }
        }
    }
}
