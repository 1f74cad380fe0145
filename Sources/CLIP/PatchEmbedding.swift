import NeuralNetwork
import Tensors

/// From pixels to one vector per patch.
enum PatchEmbedding: Sendable {
    case patches(Convolution2D)
    case trunk(Trunk)

    init(_ scope: WeightScope, _ configuration: CLIPConfiguration) {
        switch configuration.patchEmbedding {
        case .patches:
            self = .patches(
                Convolution2D(
                    scope.child("conv1"), in: 3, out: configuration.visionWidth, kernel: configuration.patch,
                    stride: configuration.patch, bias: false))
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
        case .trunk(let trunk): return trunk.planes(pixels)
        }
    }
}
