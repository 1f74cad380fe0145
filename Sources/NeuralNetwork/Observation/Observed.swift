public import Tensors

/// What a model computed, and the activations that were asked for on the way.
public struct Observed<Output: Sendable>: Sendable {
    /// The same as without observing, if nothing was edited.
    public let output: Output
    /// By name, as they went on through the model: an edited one as its edit returned it.
    public let activations: [String: Tensor]

    /// A result with activations.
    public init(output: Output, activations: [String: Tensor]) {
        self.output = output
        self.activations = activations
    }

    /// One activation, nil if it was not asked for.
    public subscript(name: String) -> Tensor? { activations[name] }

    /// The same activations with something that was made of the result.
    package func map<Other: Sendable>(_ body: (Output) -> Other) -> Observed<Other> {
        Observed<Other>(output: body(output), activations: activations)
    }
}

/// What stands in for an activation on its way through a model: it gets the tensor and returns one of the same shape.
public typealias ActivationEdit = (Tensor) -> Tensor
