import NeuralNetwork
import Tensors

/// Brings mask logits down to the embedding's grid and up to its channels.
struct MaskDownscaling: Sendable {
    let first: Convolution2D
    let firstNorm: LayerNorm2D
    let second: Convolution2D
    let secondNorm: LayerNorm2D
    let last: Convolution2D

    init(_ weights: WeightScope, configuration: SAMConfiguration) {
        let channels = configuration.maskChannels
        first = Convolution2D(weights.child(0), in: 1, out: channels / 4, kernel: 2, stride: 2, padding: 0)
        firstNorm = LayerNorm2D(weights.child(1), channels: channels / 4, epsilon: 1e-6)
        second = Convolution2D(weights.child(3), in: channels / 4, out: channels, kernel: 2, stride: 2, padding: 0)
        secondNorm = LayerNorm2D(weights.child(4), channels: channels, epsilon: 1e-6)
        last = Convolution2D(
            weights.child(6), in: channels, out: configuration.promptWidth, kernel: 1, stride: 1, padding: 0)
    }

    /// - Parameter logits: `[prompts, 1, height, width]` at the low resolution.
    /// - Returns: `[prompts, cells, channels]`, row-major over the embedding's grid.
    func callAsFunction(_ logits: Tensor) -> Tensor {
        let map = last(secondNorm(second(firstNorm(first(logits)).gelu())).gelu())
        return map.reshaped(to: [map.shape[0], map.shape[1], -1]).transposed()
    }
}
