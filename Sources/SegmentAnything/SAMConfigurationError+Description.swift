import NeuralNetwork
import WeightIdentity

extension SAMConfigurationError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .unexpectedFamily(let family):
            "this is \(family), a Segment Anything model was asked for: \(advice(family))"
        case .notSAM(let name, let found):
            "these are not the weights of a Segment Anything model: \"\(name)\" "
                + (found.map { "has the shape \($0)" } ?? "is missing")
                + "; name a file of ViT-B, ViT-L, ViT-H, MobileSAM or the small weights"
        case .otherFamily(let family):
            "these weights belong to a model of the family \"\(family)\", not to Segment Anything: "
                + "name the other file"
        case .unusableDescription(let error): error.description
        case .impossible(let fact):
            "the weights do not fit together: \(fact); the file is damaged or of a model unknown here"
        case .unusableField(let field, let value, let rule):
            "no Segment Anything model can have a configuration with \(field) \(value): it must be \(rule)"
        }
    }

    private func advice(_ family: WeightFamily) -> String {
        switch family {
        case .huggingFaceSAM: "name the file that its makers publish for segment_anything (.pth)"
        default: "name a ViT-B, ViT-L, ViT-H or MobileSAM"
        }
    }
}
