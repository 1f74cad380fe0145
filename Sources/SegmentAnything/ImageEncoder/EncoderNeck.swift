import NeuralNetwork
import Tensors

/// From the encoder's tokens to the channels of the image embedding: a 1 x 1 convolution, then a 3 x 3 one.
///
/// Matches `ImageEncoderViT.neck` of segment_anything, whose maps have the channels first. Here the channels of a pixel
/// stay together until the end. Then the 1 x 1 convolution is a linear layer of the tokens, and `LayerNorm2d`, which
/// normalises over the channels of each pixel, is a layer norm of the tokens.
struct EncoderNeck: Sendable {
    let grid: Int
    /// The neck's name among the weights.
    let path: String
    /// `neck.0`.
    let projection: Linear
    /// `neck.2`.
    let convolution: ConvolutionWeight
    private let convolutionPath: String
    /// `neck.1` and `neck.3`.
    let projectionNorm, convolutionNorm: LayerNorm

    init(_ weights: WeightScope, in input: Int, out width: Int, grid: Int) {
        self.grid = grid
        path = weights.path
        convolutionPath = weights.child(2).path
        let kernel = weights.child(0).tensor("weight", shape: [width, input, 1, 1])
        projection = Linear(weight: kernel.reshaped(to: [width, input]), bias: nil, path: weights.child(0).path)
        projectionNorm = LayerNorm(weights.child(1), width: width, epsilon: 1e-6)
        convolution = ConvolutionWeight(weights.child(2).tensor("weight", shape: [width, width, 3, 3]))
        convolutionNorm = LayerNorm(weights.child(3), width: width, epsilon: 1e-6)
    }

    /// - Parameter tokens: `[tokens, width]`, row-major over the grid.
    /// - Returns: `[channels, rows, columns]`.
    func callAsFunction(_ tokens: Tensor) -> Tensor {
        Profile.layer(path) {
            let projected = projectionNorm(projection(tokens))
            let channels = projected.shape[1]
            let map = projected.reshaped(to: [grid, grid, channels])
            let convolved = convolutionNorm(
                Profile.layer(convolutionPath) { map.convolution3x3(weight: convolution) })
            return convolved.reshaped(to: projected.shape).transposed().reshaped(to: [channels, grid, grid])
        }
    }
}
