import NeuralNetwork
import Tensors

/// From pixels to the first tokens: one convolution in the published models, a short stem in the small one.
struct PatchEmbedding: Sendable {
    /// Applied in order, with GELU between.
    let convolutions: [Convolution2D]

    init(_ weights: WeightScope, configuration: ViTConfiguration) {
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
        let width = map.shape[1]
        return map.reshaped(to: [width, -1]).transposed()
    }
}
