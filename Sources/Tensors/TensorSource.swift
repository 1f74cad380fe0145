/// A named collection of tensors, such as a file of weights.
public protocol TensorSource: Sendable {
    /// Every name in it.
    var names: [String] { get }

    /// The shape of one tensor, `nil` if there is none of that name.
    func shape(of name: String) -> Shape?

    /// The tensor itself, widened to Float32.
    func load(_ name: String) throws -> Tensor
}
