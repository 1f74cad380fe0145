import NeuralNetwork
public import Tensors

extension ImageEmbedding {
    private static let formatName = "vitrine.embedding"
    private static let format = "image 1"
    private static let featuresName = "features"

    /// What to save, for any container of named tensors.
    public var tensors: [(name: String, tensor: Tensor)] { [(Self.featuresName, features)] }

    /// The texts to save beside ``tensors``; without them the embedding is not loaded again.
    public func metadata(for key: ImageEmbeddingKey) -> [String: String] {
        var metadata = [Self.formatName: Self.format]
        for (part, text) in key.texts { metadata[part.rawValue] = text }
        return metadata
    }

    /// Takes back a saved embedding, if it is the one of this model and picture.
    ///
    /// - Parameters:
    ///   - source: ``tensors`` with ``metadata(for:)``, as they were saved.
    ///   - key: of the model and the picture that it is wanted for.
    /// - Throws: ``ImageEmbeddingError`` when it is none, or one of other weights, of another picture or prepared
    ///   otherwise.
    public init(tensors source: some TensorSource, key: ImageEmbeddingKey) throws(ImageEmbeddingError) {
        let metadata = source.metadata
        guard metadata[Self.formatName] == Self.format else {
            throw .notAnEmbedding(format: metadata[Self.formatName])
        }
        for (part, expected) in key.texts where metadata[part.rawValue] != expected {
            throw .foreign(part, found: metadata[part.rawValue], expected: expected)
        }
        let found = source.shape(of: Self.featuresName)
        guard found == key.shape else { throw .unexpectedShape(found: found, expected: key.shape) }
        let features: Tensor
        do {
            features = try source.load(Self.featuresName)
        } catch {
            throw .unreadable(reason: "\(error)")
        }
        let isFinite = features.withUnsafeBufferPointer { $0.allSatisfy(\.isFinite) }
        guard isFinite else { throw .notFinite }
        self.init(features: features, frame: key.frame)
    }
}
