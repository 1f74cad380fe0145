public import Tensors

/// A table of vectors looked up by index.
///
/// Key: `weight` [classes, width]. Matches `torch.nn.Embedding`.
public struct Embedding: Sendable {
    package let weight: Tensor
    /// The layer's name among the weights.
    package let path: String

    /// Reads a table of `count` vectors of `width` numbers each.
    public init(_ scope: WeightScope, count: Int, width: Int) {
        weight = scope.tensor("weight", shape: [count, width])
        path = scope.path
    }

    /// - Parameter indices: rows of the table. Precondition: each in `0 ..< count`.
    /// - Returns: `[indices.count, width]`.
    public func callAsFunction(_ indices: [Int]) -> Tensor { Profile.layer(path) { weight.gathered(rows: indices) } }
}
