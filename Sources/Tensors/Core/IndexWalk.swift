/// Walks the positions of a shape in row-major order, keeping for several operands the offset that their strides give.
struct IndexWalk {
    private let dimensions: [Int]
    private let strides: [[Int]]
    private var position: [Int]
    private(set) var offsets: [Int]

    /// **Preconditions**: no dimension is 0; `start` is below their product.
    init(_ dimensions: [Int], _ strides: [[Int]], start: Int) {
        self.dimensions = dimensions
        self.strides = strides
        position = [Int](repeating: 0, count: dimensions.count)
        var rest = start
        for axis in dimensions.indices.reversed() {
            position[axis] = rest % dimensions[axis]
            rest /= dimensions[axis]
        }
        offsets = [Int](repeating: 0, count: strides.count)
        for (operand, steps) in strides.enumerated() {
            for (index, step) in zip(position, steps) { offsets[operand] += index * step }
        }
    }

    mutating func advance() {
        for axis in dimensions.indices.reversed() {
            position[axis] += 1
            for operand in strides.indices { offsets[operand] += strides[operand][axis] }
            if position[axis] < dimensions[axis] { return }
            position[axis] = 0
            for operand in strides.indices { offsets[operand] -= strides[operand][axis] * dimensions[axis] }
        }
    }
}
