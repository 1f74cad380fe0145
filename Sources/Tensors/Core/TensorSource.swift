/// A named collection of tensors, such as a file of weights.
public protocol TensorSource: Sendable {
    /// Every name in it.
    var names: [String] { get }

    /// Texts that came with the tensors, by name: what a file's makers wrote beside the weights. Empty where there are
    /// none.
    var metadata: [String: String] { get }

    /// The shape of one tensor, `nil` if there is none of that name.
    func shape(of name: String) -> Shape?

    /// The tensor itself, widened to Float32.
    func load(_ name: String) throws -> Tensor

    /// The tensor as the bytes it is kept in, where it is a matrix of signed bytes with a scale for each row; nil where it is
    /// kept otherwise. Layers that compute in such bytes then use them as they are.
    func byteRows(_ name: String) throws -> ByteRows?
}

extension TensorSource {
    /// No texts, for sources that know of none.
    public var metadata: [String: String] { [:] }

    /// None, for sources that know of none.
    public func byteRows(_ name: String) throws -> ByteRows? { nil }
}
