public import Tensors

/// One way in which a set of weights differs from what a model asks for.
public enum WeightProblem: Hashable, Sendable {
    /// The model needs a tensor that the weights do not hold.
    case missing(name: String, expected: Shape)
    /// The tensor is there with other dimensions.
    case unexpectedShape(name: String, expected: Shape, found: Shape)
    /// The weights hold a tensor that nothing in the model reads.
    case unexpected(name: String, found: Shape)
    /// The tensor is listed with the right shape, and reading its data failed.
    case unreadable(name: String, reason: String)
    /// So many elements of a tensor that the model reads are infinite or no number.
    case notFinite(name: String, count: Int)
}

/// Everything that is wrong with a set of weights, found in one pass over the model.
///
/// Problems stand in the order in which the model asks for its tensors; tensors that nothing asked for follow, by name.
public struct WeightError: Error, Hashable, Sendable {
    /// Never empty.
    public let problems: [WeightProblem]

    /// Precondition: at least one problem.
    public init(_ problems: [WeightProblem]) {
        require(!problems.isEmpty, "WeightError: an error without a problem")
        self.problems = problems
    }
}
