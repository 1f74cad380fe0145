public import NeuralNetwork
public import Tensors
public import WeightIdentity

/// Why no CLIP configuration can be read off a set of weights. Files are named as they stand beside the weights;
/// `vitrine.model` is the description inside them.
public enum CLIPConfigurationError: Error, Hashable, Sendable {
    /// The weights are of this family, such as a SAM, and a CLIP with a ViT image tower was asked for.
    case notCLIP(WeightFamily)
    /// A tensor that tells a size of the model is not there.
    case missing(name: String)
    /// A tensor that tells a size of the model has dimensions that no such model has.
    case unexpectedShape(name: String, found: Shape)
    /// No file gives the number of heads, and the width is no multiple of 64.
    case unknownHeads(width: Int)
    /// No file gives the number of heads of one of the large models, whose heads are not 64 wide.
    case unknownHeadsOfLargeModel(String)
    /// The description beside the weights is of a model of another family.
    case otherFamily(String)
    /// A file beside the weights cannot be read.
    case unusableDescription(file: String, ModelDescriptionError)
    /// A file names a choice that does not exist here.
    case unknownChoice(file: String, fact: String, value: String, known: [String])
    /// A described fact must obey a rule and does not.
    case unusableFact(file: String, String, rule: String)
    /// The trunk (`visual.trunk`) or its description cannot be used.
    case trunk(TrunkError)
    /// A configuration made by hand that no model can have: its field, the value there, and what it must be.
    case unusableField(String, value: String, rule: String)
}
