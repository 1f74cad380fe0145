import NeuralNetwork
import Tensors

/// From pixels to the first tokens: one convolution in the published models, a short stem in the small one.
struct PatchEmbedding: Sendable {
    /// Applied in order, with GELU between.
    let convolutions: [Convolution2D]
    /// The layer's name among the weights.
    let path: String

    init(_ weights: WeightScope, configuration: ViTConfiguration) {
        path = weights.path
        switch configuration.patchEmbedding {
        case .projection(let patch):
            convolutions = [
                Convolution2D(
                    weights.child("proj"), in: 3, out: configuration.width, kernel: patch, stride: patch, padding: 0)
            ]
        case .stem(let channels):
            let inputs = [3] + channels.dropLast()
            convolutions = zip(inputs, channels).enumerated().map { index, pair in
                Convolution2D(
                    weights.child("stem").child(index), in: pair.0, out: pair.1, kernel: 3, stride: 2, padding: 1)
            }
        }
    }

    /// - Parameter pixels: `[3, side, side]`, normalised.
    /// - Returns: `[tokens, width]`, row-major over the grid.
    func callAsFunction(_ pixels: Tensor) -> Tensor {
        var map = pixels.expanded(axis: 0)
        for (index, convolution) in convolutions.enumerated() {
            map = convolution(map, activation: index + 1 < convolutions.count ? .gelu : .none)
        }
        let (features, width) = (map, map.shape[1])
        return Profile.layer(path) { features.reshaped(to: [width, -1]).transposed() }
    }
}
