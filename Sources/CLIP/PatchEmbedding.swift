import NeuralNetwork
import Tensors

/// From pixels to one vector per patch.
enum PatchEmbedding: Sendable {
    case patches(Convolution2D)
    case stem([Convolution2D])
    case trunk(Trunk)

    init(_ scope: WeightScope, _ configuration: CLIPConfiguration) {
        switch configuration.patchEmbedding {
        case .patches:
            self = .patches(
                Convolution2D(
                    scope.child("conv1"), in: 3, out: configuration.visionWidth, kernel: configuration.patch,
                    stride: configuration.patch, bias: false))
        case .stem(let channels):
            let inputs = [3] + channels.dropLast()
            self = .stem(
                zip(inputs, channels).enumerated().map { index, channels in
                    Convolution2D(
                        scope.child("stem").child(index), in: channels.0, out: channels.1, kernel: 3, stride: 2,
                        padding: 1)
                })
        case .trunk(let trunk):
            self = .trunk(
                Trunk(
                    scope.child("trunk"), trunk, patch: configuration.patch, width: configuration.visionWidth))
        }
    }

    /// `[batch, 3, height, columns]` to `[batch, width, height / patch, columns / patch]`.
    func callAsFunction(_ pixels: Tensor) -> Tensor {
        switch self {
        case .patches(let convolution): return convolution(pixels)
        case .stem(let convolutions):
            var features = pixels
            for (index, convolution) in convolutions.enumerated() {
                features = convolution(features, activation: index < convolutions.count - 1 ? .gelu : .none)
            }
            return features
        case .trunk(let trunk):
            return trunk.planes(pixels)
        }
    }
}
