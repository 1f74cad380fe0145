import NeuralNetwork
import Tensors

/// The positional encoding of points: sines and cosines of fixed random frequencies.
///
/// Matches `PositionEmbeddingRandom` of segment_anything.
struct FourierPosition: Sendable {
    /// `[2, width / 2]`: for x and for y, how many waves fit into half of the square.
    let frequencies: Tensor

    init(_ weights: WeightScope, width: Int) {
        frequencies = weights.tensor("positional_encoding_gaussian_matrix", shape: [2, width / 2])
    }

    /// - Parameter positions: `[..., 2]`, x and y as fractions of the square, 0...1.
    /// - Returns: `[..., width]`, the sines first.
    func callAsFunction(_ positions: Tensor) -> Tensor {
        let angles = (positions * 2 - 1).matrixProduct(frequencies) * (2 * Float.pi)
        return Tensor.concatenated([angles.sine(), angles.cosine()], axis: angles.shape.rank - 1)
    }

    /// The encoding of the centres of `side * side` equal squares, row by row: `[side * side, width]`.
    func grid(side: Int) -> Tensor {
        let centres = (0..<side).map { (Float($0) + 0.5) / Float(side) }
        let positions = centres.flatMap { y in centres.flatMap { x in [x, y] } }
        return self(Tensor(positions, shape: [side * side, 2]))
    }
}
