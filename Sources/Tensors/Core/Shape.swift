/// The extents of a tensor, outermost axis first.
///
/// A shape without dimensions is that of a single value. An extent may be 0.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
    /// The extent of every axis.
    public let dimensions: [Int]

    /// **Preconditions**: no dimension is negative.
    public init(_ dimensions: [Int]) {
        require(dimensions.allSatisfy { $0 >= 0 }, "a shape has no negative dimension: \(dimensions)")
        self.dimensions = dimensions
    }

    /// A shape written as a list, such as `[2, 3]`.
    public init(arrayLiteral elements: Int...) { self.init(elements) }

    /// The number of axes.
    public var rank: Int { dimensions.count }

    /// The product of the dimensions; 1 for a single value.
    ///
    /// **Preconditions**: an `Int` holds it.
    public var elementCount: Int {
        var count = 1
        for extent in dimensions {
            let (product, isTooLarge) = count.multipliedReportingOverflow(by: extent)
            require(!isTooLarge, "a tensor of shape \(self) has more elements than can be counted")
            count = product
        }
        return count
    }

    /// The extent of an axis; negative axes count from the end.
    public subscript(axis: Int) -> Int { dimensions[resolved(axis: axis)] }

    /// The dimensions as they are written in Swift: `[2, 3]`.
    public var description: String { "[" + dimensions.map(String.init).joined(separator: ", ") + "]" }

    /// How many elements apart two neighbours along each axis lie.
    public var strides: [Int] {
        var strides = [Int](repeating: 1, count: rank)
        for axis in stride(from: rank - 2, through: 0, by: -1) {
            strides[axis] = strides[axis + 1] * dimensions[axis + 1]
        }
        return strides
    }

    /// The shape that two operands of arithmetic share after broadcasting: axes are matched from the last; an axis of
    /// extent 1, or a missing one, repeats. `nil` where two extents differ and neither is 1.
    public func broadcast(with other: Shape) -> Shape? {
        let rank = max(rank, other.rank)
        var result = [Int](repeating: 1, count: rank)
        for axis in 1...max(rank, 1) where axis <= rank {
            let left = axis <= self.rank ? dimensions[self.rank - axis] : 1
            let right = axis <= other.rank ? other.dimensions[other.rank - axis] : 1
            if left != right && left != 1 && right != 1 { return nil }
            result[rank - axis] = left == 1 ? right : left
        }
        return Shape(result)
    }

    /// The axis counted from the start.
    package func resolved(axis: Int) -> Int {
        let resolved = axis < 0 ? axis + rank : axis
        require(resolved >= 0 && resolved < rank, "axis \(axis) of a tensor of shape \(self) does not exist")
        return resolved
    }

    /// The shape with one axis replaced.
    func replacing(axis: Int, with extent: Int) -> Shape {
        var result = dimensions
        result[axis] = extent
        return Shape(result)
    }

    /// The shape without an axis.
    func removing(axis: Int) -> Shape {
        var result = dimensions
        result.remove(at: axis)
        return Shape(result)
    }

    /// Products of the extents before, at and after an axis: how every operation along an axis sees its input.
    func split(at axis: Int) -> (outer: Int, extent: Int, inner: Int) {
        (dimensions[..<axis].reduce(1, *), dimensions[axis], dimensions[(axis + 1)...].reduce(1, *))
    }
}
