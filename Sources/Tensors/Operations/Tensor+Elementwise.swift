import KernelInterface

// Arithmetic element by element. Shapes broadcast as in NumPy: axes are matched from the last, an extent of 1 repeats.

extension Tensor {
    /// How elements are shared of which each is read and written alone.
    static func elementSplit(_ count: Int, threads: Int = ComputeThreads.count) -> WorkSplit {
        WorkSplit(elements: count, least: WorkSplit.leastNumbers, threads: threads)
    }

    private static func combine(_ operation: RowOperation, _ left: Tensor, _ right: Tensor) -> Tensor {
        guard let target = left.shape.broadcast(with: right.shape) else {
            fault("\(operation): shapes \(left.shape) and \(right.shape) do not broadcast")
        }
        let kernels = Kernels.active
        return filled(
            target, OperationCost(.elementwise, elements: left.count + right.count + target.elementCount)
        ) { out in
            left.read { leftBase in
                right.read { rightBase in
                    combine(kernels, operation, out, target, leftBase, left.shape, rightBase, right.shape)
                }
            }
        }
    }

    private static func combine(
        _ kernels: any KernelSet.Type, _ operation: RowOperation, _ out: UnsafeMutablePointer<Float>, _ target: Shape,
        _ left: UnsafePointer<Float>, _ leftShape: Shape, _ right: UnsafePointer<Float>, _ rightShape: Shape
    ) {
        let total = target.elementCount
        if total == 0 { return }
        if leftShape == rightShape || leftShape.elementCount == 1 || rightShape.elementCount == 1 {
            let leftStep = leftShape.elementCount == total ? 1 : 0
            let rightStep = rightShape.elementCount == total ? 1 : 0
            ParallelRows.forEachDisjoint(elementSplit(total)) { range in
                let first = range.lowerBound
                kernels.combineRow(
                    operation, out + first, left + first * leftStep, step: leftStep, right + first * rightStep,
                    step: rightStep, count: range.count)
            }
            return
        }
        // The longest run of last axes in which each operand either goes along or stands still is one kernel row.
        let rank = target.rank
        let leftStrides = broadcastStrides(leftShape, to: target)
        let rightStrides = broadcastStrides(rightShape, to: target)
        var columns = 1
        var axis = rank
        while axis > 0 {
            let extent = target.dimensions[axis - 1]
            if extent > 1 && columns > 1 {
                let leftRuns = leftStrides[axis - 1] == (leftStrides[rank - 1] == 0 ? 0 : columns)
                let rightRuns = rightStrides[axis - 1] == (rightStrides[rank - 1] == 0 ? 0 : columns)
                if !leftRuns || !rightRuns { break }
            }
            if extent > 1 && columns == 1 && axis < rank { break }
            columns *= extent
            axis -= 1
        }
        let rowDimensions = Array(target.dimensions[..<axis])
        let leftStep = leftStrides[rank - 1] == 0 ? 0 : 1
        let rightStep = rightStrides[rank - 1] == 0 ? 0 : 1
        let rowStrides = [Array(leftStrides[..<axis]), Array(rightStrides[..<axis])]
        ParallelRows.forEachDisjoint(WorkSplit(total / columns, least: 8_192 / columns)) { range in
            var walk = IndexWalk(rowDimensions, rowStrides, start: range.lowerBound)
            for row in range {
                kernels.combineRow(
                    operation, out + row * columns, left + walk.offsets[0], step: leftStep, right + walk.offsets[1],
                    step: rightStep, count: columns)
                walk.advance()
            }
        }
    }

    /// The strides of an operand seen through the shape it is broadcast to: 0 where it repeats.
    private static func broadcastStrides(_ shape: Shape, to target: Shape) -> [Int] {
        let missing = target.rank - shape.rank
        let own = shape.strides
        return target.dimensions.indices.map { axis in
            axis < missing || shape.dimensions[axis - missing] == 1 ? 0 : own[axis - missing]
        }
    }

    /// The sum, element by element; shapes broadcast as in NumPy.
    public static func + (left: Tensor, right: Tensor) -> Tensor { combine(.add, left, right) }
    /// The difference, element by element; shapes broadcast as in NumPy.
    public static func - (left: Tensor, right: Tensor) -> Tensor { combine(.subtract, left, right) }
    /// The product, element by element; shapes broadcast as in NumPy.
    public static func * (left: Tensor, right: Tensor) -> Tensor { combine(.multiply, left, right) }
    /// The quotient, element by element; shapes broadcast as in NumPy.
    public static func / (left: Tensor, right: Tensor) -> Tensor { combine(.divide, left, right) }

    /// The sum of every element and a number.
    public static func + (left: Tensor, right: Float) -> Tensor { combine(.add, left, Tensor(right)) }
    /// A number subtracted from every element.
    public static func - (left: Tensor, right: Float) -> Tensor { combine(.subtract, left, Tensor(right)) }
    /// The product of every element and a number.
    public static func * (left: Tensor, right: Float) -> Tensor { combine(.multiply, left, Tensor(right)) }
    /// Every element divided by a number.
    public static func / (left: Tensor, right: Float) -> Tensor { combine(.divide, left, Tensor(right)) }

    /// The sum of every element and a number.
    public static func + (left: Float, right: Tensor) -> Tensor { combine(.add, Tensor(left), right) }
    /// Every element subtracted from a number.
    public static func - (left: Float, right: Tensor) -> Tensor { combine(.subtract, Tensor(left), right) }
    /// The product of every element and a number.
    public static func * (left: Float, right: Tensor) -> Tensor { combine(.multiply, Tensor(left), right) }
    /// A number divided by every element.
    public static func / (left: Float, right: Tensor) -> Tensor { combine(.divide, Tensor(left), right) }

    /// 0 minus every element.
    public static prefix func - (operand: Tensor) -> Tensor { 0 - operand }

    /// In place where the shape stays and the memory is this tensor's alone.
    private static func combineInPlace(_ operation: RowOperation, _ left: inout Tensor, _ right: Tensor) {
        let shape = left.shape
        require(
            shape.broadcast(with: right.shape) == shape, "compound assignment",
            "shape \(right.shape) does not broadcast to \(shape)")
        let kernels = Kernels.active
        measured(OperationCost(.elementwise, elements: 2 * shape.elementCount + right.count)) {
            left.withUnsafeMutableBufferPointer { target in
                guard let base = target.baseAddress else { return }
                right.read { combine(kernels, operation, base, shape, base, shape, $0, right.shape) }
            }
        }
    }

    /// Adds a tensor that broadcasts to this shape, element by element.
    public static func += (left: inout Tensor, right: Tensor) { combineInPlace(.add, &left, right) }
    /// Subtracts a tensor that broadcasts to this shape, element by element.
    public static func -= (left: inout Tensor, right: Tensor) { combineInPlace(.subtract, &left, right) }
    /// Multiplies by a tensor that broadcasts to this shape, element by element.
    public static func *= (left: inout Tensor, right: Tensor) { combineInPlace(.multiply, &left, right) }
    /// Divides by a tensor that broadcasts to this shape, element by element.
    public static func /= (left: inout Tensor, right: Tensor) { combineInPlace(.divide, &left, right) }
    /// Adds a number.
    public static func += (left: inout Tensor, right: Float) { combineInPlace(.add, &left, Tensor(right)) }
    /// Subtracts a number.
    public static func -= (left: inout Tensor, right: Float) { combineInPlace(.subtract, &left, Tensor(right)) }
    /// Multiplies by a number.
    public static func *= (left: inout Tensor, right: Float) { combineInPlace(.multiply, &left, Tensor(right)) }
    /// Divides by a number.
    public static func /= (left: inout Tensor, right: Float) { combineInPlace(.divide, &left, Tensor(right)) }
}
