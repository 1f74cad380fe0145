public import Tensors

/// Why a saved embedding is not used.
public enum ImageEmbeddingError: Error, Hashable, Sendable {
    /// What an embedding depends on, under the name of its text.
    public enum Part: String, Hashable, Sendable {
        /// The image encoder's weights.
        case weights
        /// The picture's width and height.
        case size
        /// The picture's pixels.
        case pixels
        /// How pixels become the encoder's input.
        case preparation
    }

    /// The file says nothing of an embedding, or is of a later format.
    case notAnEmbedding(format: String?)
    /// The embedding of another model or picture, or made in another way.
    case foreign(Part, found: String?, expected: String)
    /// The features are missing or do not have the model's shape.
    case unexpectedShape(found: Shape?, expected: Shape)
    /// The source of the tensors failed.
    case unreadable(reason: String)
    /// A feature that is not a number or infinite.
    case notFinite
}
