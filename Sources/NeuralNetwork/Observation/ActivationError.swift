public import Tensors

/// What can be wrong with what an observer asks a model for.
public enum ActivationError: Error, Hashable, Sendable {
    /// No activation has this name, or matches this pattern, in this call; `nearest` are the most similar names.
    case unknownName(String, nearest: [String])
    /// Two edits are meant for one activation.
    case editedTwice(String)
    /// An edit returned a tensor of another shape than it was given.
    case unexpectedShape(name: String, expected: Shape, found: Shape)
}
