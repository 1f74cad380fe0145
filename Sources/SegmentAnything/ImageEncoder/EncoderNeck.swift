import NeuralNetwork
import Tensors

/// Narrows the encoder's tokens to the embedding's channels and mixes neighbours.
struct EncoderNeck: Sendable {
    let grid: Int
    let narrowing: Linear
    let narrowingNorm: LayerNorm
    let mixing: Convolution2D
    let mixingNorm: LayerNorm2D

    init(_ weights: WeightScope, in input: Int, out width: Int, grid: Int) {
        self.grid = grid
        // A 1 x 1 convolution of the map is a linear layer of its tokens, and a norm over channels is one of tokens.
        let kernel = weights.child(0).tensor("weight", shape: [width, input, 1, 1])
        narrowing = Linear(weight: kernel.reshaped(to: [width, input]), bias: nil)
        narrowingNorm = LayerNorm(weights.child(1), width: width, epsilon: 1e-6)
        mixing = Convolution2D(
            weights.child(2), in: width, out: width, kernel: 3, stride: 1, padding: 1, bias: false)
        mixingNorm = LayerNorm2D(weights.child(3), channels: width, epsilon: 1e-6)
    }

    /// - Parameter tokens: `[tokens, width]`, row-major over the grid.
    /// - Returns: `[channels, rows, columns]`.
    func callAsFunction(_ tokens: Tensor) -> Tensor {
        let narrow = narrowingNorm(narrowing(tokens)).transposed()
        let map = narrow.reshaped(to: [1, narrow.shape[0], grid, grid])
        return mixingNorm(mixing(map)).squeezed(axis: 0)
    }
}
