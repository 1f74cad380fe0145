import Imaging
import Tensors

/// What a producer says of a picture, patch by patch.
public struct GridMap: Sendable {
    /// `[rows, columns]`: probability of the abnormal text, 0...1.
    public let probabilities: Tensor
    /// Probability of the abnormal text for the picture as a whole, 0...1.
    public let pictureScore: Float

    /// - Precondition: `probabilities` has two axes.
    public init(probabilities: Tensor, pictureScore: Float) {
        precondition(probabilities.shape.rank == 2, "GridMap takes [rows, columns], not \(probabilities.shape)")
        self.probabilities = probabilities
        self.pictureScore = pictureScore
    }
}

/// A way to place the parts of a picture between two texts.
public protocol AnomalyMapProducer: Sendable {
    /// One grid for each size or method whose maps are to be averaged; at least one.
    func grids(for image: Image, between vectors: TextVectors) throws -> [GridMap]
}
