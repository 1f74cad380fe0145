import NeuralNetwork
public import Tensors
import WeightIdentity

extension SAMConfiguration {
    /// Where a weights file's metadata describes the model in JSON.
    static let descriptionKey = "vitrine.model"

    /// Reads a configuration off weights named as in segment_anything: sizes from the shapes, and what shapes do not
    /// tell from the description beside them (`window`, `global_blocks`, `decoder_heads`, `image_size` of a TinyViT, `mean`,
    /// `std` on 0...255),
    /// where the published models' values stand otherwise.
    ///
    /// The description is the JSON under `vitrine.model` in the weights' metadata.
    ///
    /// - Parameter weights: wrapped by a training program or not; see `UnwrappedWeights`.
    /// - Throws: ``SAMConfigurationError`` when these are not the weights of a SAM with a ViT encoder or of a MobileSAM.
    public static func detect(from weights: some TensorSource) throws(SAMConfigurationError) -> SAMConfiguration {
        let weights = UnwrappedWeights(weights)
        let description = try description(weights.metadata)
        let family = WeightFamily(of: weights)
        switch family {
        // What is unknown may be a damaged SAM: then the detector says which weight is missing.
        case .segmentAnything, .mobileSAM, .unknown: break
        default: throw .unexpectedFamily(family)
        }
        return try ConfigurationDetector(weights: weights, description: description).configuration()
    }

    private static func description(_ metadata: [String: String]) throws(SAMConfigurationError) -> ModelDescription? {
        guard let json = metadata[descriptionKey] else { return nil }
        let description: ModelDescription
        let family: String?
        do throws(ModelDescriptionError) {
            description = try ModelDescription(json: json)
            family = try description.text("family")
        } catch {
            throw .unusableDescription(error)
        }
        if let family, family != "sam" { throw .otherFamily(family) }
        return description
    }
}
