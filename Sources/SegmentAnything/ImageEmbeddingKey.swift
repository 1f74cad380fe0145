public import Imaging
public import NeuralNetwork
public import Tensors
public import WeightIdentity

/// What an image embedding depends on: the encoder's weights, the picture, and how the picture was prepared. A saved
/// embedding is only ever used where all three are the same.
public struct ImageEmbeddingKey: Sendable, Hashable {
    /// Of the image encoder's weights; see ``SAMModel/imageEncoderFingerprint()``.
    public let weights: WeightFingerprint
    /// Of the picture's pixels.
    public let pixels: WeightFingerprint
    /// Where the picture lies in the model's square.
    public let frame: ModelFrame
    /// How pixels become the encoder's input, as a text that is only compared.
    public let preparation: String
    /// `[channels, rows, columns]` of the embedding.
    public let shape: Shape

    /// Raised whenever ``SAMModel/prepare(_:)`` comes to give other values for a picture.
    static let preparationVersion = 1

    /// - Parameters:
    ///   - model: which makes the embedding.
    ///   - weights: the model's ``SAMModel/imageEncoderFingerprint()``, which takes long enough to be kept for all pictures.
    ///   - picture: whose embedding it is.
    /// - Throws: ``SAMError/emptyPicture(_:)``.
    public init(_ model: SAMModel, weights: WeightFingerprint, picture: Image) throws(SAMError) {
        let configuration = model.configuration
        self.weights = weights
        pixels = WeightFingerprint(
            of: picture.pixels, shape: [picture.size.height, picture.size.width, 3], named: "pixels")
        frame = try model.frame(of: picture)
        preparation =
            "version \(Self.preparationVersion), side \(configuration.side), mean \(configuration.pixelMean), "
            + "deviation \(configuration.pixelStandardDeviation)"
            + (model.precision == .full ? "" : ", precision \(model.precision.rawValue)")
        shape = [configuration.promptWidth, configuration.grid, configuration.grid]
    }

    /// The texts that a saved embedding carries, each compared when it is loaded.
    var texts: [(part: ImageEmbeddingError.Part, text: String)] {
        [
            (.weights, weights.description), (.size, "\(frame.original.width)x\(frame.original.height)"),
            (.pixels, pixels.description), (.preparation, preparation),
        ]
    }
}

extension SAMModel {
    /// What tells this model's image encoder from every other: reads all of its weights once, some gigabytes a second.
    ///
    /// - Throws: `WeightError` when the weights cannot be read any more.
    public func imageEncoderFingerprint() throws(WeightError) -> WeightFingerprint {
        do {
            return try WeightFingerprint(of: UnwrappedWeights(weights), under: "image_encoder.")
        } catch {
            throw WeightError([.unreadable(name: "image_encoder", reason: "\(error)")])
        }
    }
}
