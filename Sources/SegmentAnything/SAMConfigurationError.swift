import NeuralNetwork
import Tensors

/// Why no ``SAMConfiguration`` can be read off some weights.
public enum SAMConfigurationError: Error, Hashable, Sendable {
    /// A weight that every SAM has is missing or of another rank.
    case notSAM(name: String, found: Shape?)
    /// The description says that the weights belong to another family of models.
    case otherFamily(String)
    /// The description beside the weights cannot be read.
    case unusableDescription(ModelDescriptionError)
    /// Numbers that no model can have together; `fact` is the sentence's subject.
    case impossible(fact: String)
}

extension SAMConfigurationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notSAM(let name, let found):
            "these are not the weights of a Segment Anything model with a ViT encoder: \"\(name)\" "
                + (found.map { "has the shape \($0)" } ?? "is missing")
                + "; name a file of ViT-B, ViT-L, ViT-H or the small weights"
        case .otherFamily(let family):
            "these weights belong to a model of the family \"\(family)\", not to Segment Anything: "
                + "name the other file"
        case .unusableDescription(let error):
            error.description
        case .impossible(let fact):
            "the weights do not fit together: \(fact); the file is damaged or of a model unknown here"
        }
    }
}
