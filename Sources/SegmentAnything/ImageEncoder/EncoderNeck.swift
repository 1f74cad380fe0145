import NeuralNetwork
import Tensors

/// Narrows the encoder's tokens to the embedding's channels and mixes neighbours.
struct EncoderNeck: Sendable {
    let grid: Int
    let narrowing: Linear
    let narrowingNorm: LayerNorm
    let mixing: ConvolutionWeight
    let mixingNorm: LayerNorm

    init(_ weights: WeightScope, in input: Int, out width: Int, grid: Int) {
        self.grid = grid
        // A 1 x 1 convolution of the map is a linear layer of its tokens, and a norm over channels one of
        // tokens.
        let kernel = weights.child(0).tensor("weight", shape: [width, input, 1, 1])
        narrowing = Linear(weight: kernel.reshaped(to: [width, input]), bias: nil)
        narrowingNorm = LayerNorm(weights.child(1), width: width, epsilon: 1e-6)
        mixing = ConvolutionWeight(weights.child(2).tensor("weight", shape: [width, width, 3, 3]))
        mixingNorm = LayerNorm(weights.child(3), width: width, epsilon: 1e-6)
    }

    /// - Parameter tokens: `[tokens, width]`, row-major over the grid.
    /// - Returns: `[channels, rows, columns]`.
    func callAsFunction(_ tokens: Tensor) -> Tensor {
        let narrow = narrowingNorm(narrowing(tokens))
        let map = narrow.reshaped(to: [grid, grid, narrow.shape[1]])
        let mixed = mixingNorm(map.convolution3x3(weight: mixing))
        return mixed.reshaped(to: narrow.shape).transposed().reshaped(to: [narrow.shape[1], grid, grid])
    }
}
