import NeuralNetwork
import Tensors

/// From pixels to the first tokens: one convolution in the published models, a short stem or a trunk in the small one.
enum PatchEmbedding: Sendable {
    /// Applied in order, with GELU between.
    case convolutions([Convolution2D], path: String)
    case trunk(Trunk)

    init(_ weights: WeightScope, configuration: ViTConfiguration) {
        switch configuration.patchEmbedding {
        case .projection(let patch):
            self = .convolutions(
                [
                    Convolution2D(
                        weights.child("proj"), in: 3, out: configuration.width, kernel: patch, stride: patch,
                        padding: 0)
                ], path: weights.path)
        case .stem(let channels):
            let inputs = [3] + channels.dropLast()
            self = .convolutions(
                zip(inputs, channels).enumerated().map { index, pair in
                    Convolution2D(
                        weights.child("stem").child(index), in: pair.0, out: pair.1, kernel: 3, stride: 2, padding: 1)
                }, path: weights.path)
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
        case .convolutions(let convolutions, let path):
            var map = pixels.expanded(axis: 0)
            for (index, convolution) in convolutions.enumerated() {
                map = convolution(map, activation: index + 1 < convolutions.count ? .gelu : .none)
            }
            let (features, width) = (map, map.shape[1])
            return Profile.layer(path) { features.reshaped(to: [width, -1]).transposed() }
        }
    }
}
