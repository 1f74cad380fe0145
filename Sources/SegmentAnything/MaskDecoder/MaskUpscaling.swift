import NeuralNetwork
import Tensors

/// Brings the transformed picture from the embedding's grid to the low resolution, four times finer.
struct MaskUpscaling: Sendable {
    let grid: Int
    let first: TransposedConvolution2D
    let norm: LayerNorm2D
    let second: TransposedConvolution2D

    init(_ weights: WeightScope, configuration: SAMConfiguration) {
        let width = configuration.promptWidth
        grid = configuration.grid
        first = TransposedConvolution2D(weights.child(0), in: width, out: width / 4, kernel: 2, stride: 2)
        norm = LayerNorm2D(weights.child(1), channels: width / 4, epsilon: 1e-6)
        second = TransposedConvolution2D(weights.child(3), in: width / 4, out: width / 8, kernel: 2, stride: 2)
    }

    /// - Parameter image: `[prompts, cells, width]`, row-major.
    /// - Returns: `[prompts, width / 8, 4 * grid, 4 * grid]`.
    func callAsFunction(_ image: Tensor) -> Tensor {
        let map = image.transposed().reshaped(to: [image.shape[0], image.shape[2], grid, grid])
        return second(norm(first(map)).gelu()).gelu()
    }
}
