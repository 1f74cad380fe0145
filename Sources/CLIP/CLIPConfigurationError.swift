public import NeuralNetwork
public import Tensors

/// Why no CLIP configuration can be read off a set of weights.
public enum CLIPConfigurationError: Error, Hashable, Sendable {
    /// The names are not those of a CLIP with a ViT image tower; `guess` is what they look like.
    case notCLIP(guess: String?)
    /// A tensor that tells a size of the model is not there.
    case missing(name: String)
    /// A tensor that tells a size of the model has dimensions that no such model has.
    case unexpectedShape(name: String, found: Shape)
    /// No description gives the numbers of heads, and the widths are no multiples of 64.
    case unknownHeads(widths: [Int])
    /// The description beside the weights is of a model of another family.
    case otherFamily(String)
    /// The description beside the weights cannot be read.
    case unusableDescription(ModelDescriptionError)
    /// The description names a choice that does not exist here.
    case unknownChoice(fact: String, value: String, known: [String])
    /// A described fact must obey a rule and does not.
    case unusableFact(String, rule: String)
}
