public import NeuralNetwork
public import Tensors
public import WeightIdentity

/// Why no ``SAMConfiguration`` can be read off some weights.
public enum SAMConfigurationError: Error, Hashable, Sendable {
    /// The weights are recognised, and are those of another family of models, such as a CLIP.
    case unexpectedFamily(WeightFamily)
    /// A weight that every SAM has is missing or of another rank.
    case notSAM(name: String, found: Shape?)
    /// The description says that the weights belong to another family of models.
    case otherFamily(String)
    /// The description beside the weights cannot be read.
    case unusableDescription(ModelDescriptionError)
    /// Numbers that no model can have together; `fact` is the sentence's subject.
    case impossible(fact: String)
    /// A configuration made by hand that no model can have: its field, the value there, and what it must be.
    case unusableField(String, value: String, rule: String)
}
