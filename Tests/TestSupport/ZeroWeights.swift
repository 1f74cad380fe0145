import Foundation
public import Tensors

/// Weights that are all zero, enough to see which names are asked for, and how much memory a model takes. Every tensor
/// borrows the same pages, which are never written, so that the largest model's weights take no memory themselves.
public struct ZeroWeights: TensorSource {
    private final class Pages: Sendable {
        nonisolated(unsafe) let base: UnsafeMutablePointer<Float>?

        init(count: Int) {
            base = calloc(count, MemoryLayout<Float>.stride)?.assumingMemoryBound(to: Float.self)
        }

        deinit { free(base) }
    }

    private struct Missing: Error {
        var name: String
    }

    private let shapes: [String: Shape]
    private let pages: Pages

    /// - Parameter entries: every tensor's name and shape. Precondition: no name twice.
    public init(_ entries: [(name: String, shape: Shape)]) {
        shapes = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.shape) })
        pages = Pages(count: shapes.values.map(\.elementCount).max() ?? 0)
    }

    public var names: [String] { Array(shapes.keys) }
    public func shape(of name: String) -> Shape? { shapes[name] }

    public func load(_ name: String) throws -> Tensor {
        guard let base = pages.base, let shape = shapes[name] else { throw Missing(name: name) }
        return Tensor(borrowing: base, shape: shape, owner: pages)
    }
}
