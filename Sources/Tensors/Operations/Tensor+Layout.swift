import KernelInterface

extension Tensor {
    /// The last two axes exchanged.
    ///
    /// **Shapes**: [..., rows, columns] -> [..., columns, rows]
    public func transposed() -> Tensor {
        require(shape.rank >= 2, "transposed", "shape \(shape) has fewer than two axes")
        let rows = shape[-2]
        let columns = shape[-1]
        let matrices = shape.dimensions.dropLast(2).reduce(1, *)
        var dimensions = shape.dimensions
        dimensions.swapAt(dimensions.count - 1, dimensions.count - 2)
        let kernels = Kernels.active
        return Tensor.filled(Shape(dimensions), OperationCost(.copy, elements: 2 * count)) { out in
            read { source in
                // Along the longer axis, because 16 rows or columns stay together.
                let byRows = rows >= columns
                let extent = byRows ? rows : columns
                let split = Tensor.transposeSplit(matrices: matrices, rows: rows, columns: columns)
                ParallelRows.forEachDisjoint(split) { range in
                    var index = range.lowerBound
                    // A range may end in one matrix and begin in another.
                    while index < range.upperBound {
                        let (matrix, first) = index.quotientAndRemainder(dividingBy: extent)
                        let part = min(range.upperBound - index, extent - first)
                        let (from, to) = (source + matrix * rows * columns, out + matrix * rows * columns)
                        kernels.transposeRows(
                            to + first * (byRows ? 1 : rows), stride: rows, from + first * (byRows ? columns : 1),
                            stride: columns, rows: byRows ? part : rows, columns: byRows ? columns : part)
                        index += part
                    }
                }
            }
        }
    }

    /// How the rows of all matrices, or their columns if those are more, are shared while they are transposed.
    static func transposeSplit(
        matrices: Int, rows: Int, columns: Int, threads: Int = ComputeThreads.count
    ) -> WorkSplit {
        WorkSplit(
            matrices * max(rows, columns), least: WorkSplit.leastNumbers / max(1, min(rows, columns)), unit: 16,
            threads: threads)
    }

    /// The axes in another order: axis i of the result is axis `axes[i]` of this tensor.
    public func permuted(_ axes: [Int]) -> Tensor {
        require(axes.sorted() == Array(0..<shape.rank), "permuted", "\(axes) is no order of the axes of \(shape)")
        let target = Shape(axes.map { shape[$0] })
        if count == 0 || axes == Array(0..<shape.rank) { return viewed(as: target) }
        let strides = shape.strides
        let kernels = Kernels.active
        // The last axis is a row of the kernel; the others are walked by their flat index.
        let columns = target[-1]
        let rows = target.elementCount / columns
        let rowDimensions = Array(target.dimensions.dropLast())
        let rowStrides = axes.dropLast().map { strides[$0] }
        let step = strides[axes[axes.count - 1]]
        return Tensor.filled(target, OperationCost(.copy, elements: 2 * count)) { out in
            read { source in
                ParallelRows.forEachDisjoint(WorkSplit(rows, least: 16_384 / columns)) { range in
                    var walk = IndexWalk(rowDimensions, [rowStrides], start: range.lowerBound)
                    for row in range {
                        let from = source + walk.offsets[0]
                        if step == 1 {
                            kernels.copyRow(out + row * columns, from, count: columns)
                        } else {
                            kernels.gatherRow(out + row * columns, from, step: step, count: columns)
                        }
                        walk.advance()
                    }
                }
            }
        }
    }

    /// A range of one axis, copied.
    public func sliced(axis: Int, _ range: Range<Int>) -> Tensor {
        let axis = shape.resolved(axis: axis)
        let (outer, extent, inner) = shape.split(at: axis)
        require(range.lowerBound >= 0 && range.upperBound <= extent, "sliced", "\(range) of axis \(axis) of \(shape)")
        let run = range.count * inner
        let kernels = Kernels.active
        return Tensor.filled(
            shape.replacing(axis: axis, with: range.count), OperationCost(.copy, elements: 2 * outer * run)
        ) { out in
            read { source in
                kernels.copyRows(
                    out, stride: run, source + range.lowerBound * inner, stride: extent * inner, rows: outer,
                    columns: run)
            }
        }
    }

    /// `before` and `after` more elements of `value` around one axis.
    public func padded(axis: Int, before: Int, after: Int, with value: Float = 0) -> Tensor {
        let axis = shape.resolved(axis: axis)
        require(before >= 0 && after >= 0, "padded", "\(before) before and \(after) after")
        let (outer, extent, inner) = shape.split(at: axis)
        let target = shape.replacing(axis: axis, with: before + extent + after)
        let run = (before + extent + after) * inner
        let kernels = Kernels.active
        return Tensor.filled(target, OperationCost(.copy, elements: count + target.elementCount)) { out in
            read { source in
                for row in 0..<outer {
                    let line = out + row * run
                    kernels.fillRow(line, with: value, count: before * inner)
                    kernels.fillRow(line + (before + extent) * inner, with: value, count: after * inner)
                }
                kernels.copyRows(
                    out + before * inner, stride: run, source, stride: extent * inner, rows: outer,
                    columns: extent * inner)
            }
        }
    }

    /// The tensors one after the other along an axis; all other axes must agree.
    public static func concatenated(_ tensors: [Tensor], axis: Int) -> Tensor {
        require(!tensors.isEmpty, "concatenated", "no tensors")
        let axis = tensors[0].shape.resolved(axis: axis)
        let common = tensors[0].shape.removing(axis: axis)
        for tensor in tensors {
            require(
                tensor.shape.rank == common.rank + 1 && tensor.shape.removing(axis: axis) == common, "concatenated",
                "shapes \(tensors.map(\.shape)) differ off axis \(axis)")
        }
        let extent = tensors.reduce(0) { $0 + $1.shape[axis] }
        let target = tensors[0].shape.replacing(axis: axis, with: extent)
        let (outer, _, inner) = target.split(at: axis)
        let kernels = Kernels.active
        return Tensor.filled(target, OperationCost(.copy, elements: 2 * target.elementCount)) { out in
            var place = 0
            for tensor in tensors {
                let run = tensor.shape[axis] * inner
                tensor.read {
                    copyRows(kernels, out + place, stride: extent * inner, $0, rows: outer, columns: run)
                }
                place += run
            }
        }
    }

    /// Rows one behind the other to where they lie `stride` apart, a few long ones in parts.
    private static func copyRows(
        _ kernels: any KernelSet.Type, _ out: UnsafeMutablePointer<Float>, stride: Int, _ source: UnsafePointer<Float>,
        rows: Int, columns: Int
    ) {
        let split = elementSplit(columns)
        if split.chunks <= 1 {
            kernels.copyRows(out, stride: stride, source, stride: columns, rows: rows, columns: columns)
            return
        }
        for row in 0..<rows {
            ParallelRows.forEachDisjoint(split) {
                kernels.copyRow(
                    out + row * stride + $0.lowerBound, source + row * columns + $0.lowerBound, count: $0.count)
            }
        }
    }

    /// The tensors, all of one shape, along a new first axis.
    public static func stacked(_ tensors: [Tensor]) -> Tensor {
        concatenated(tensors.map { $0.expanded(axis: 0) }, axis: 0)
    }

    /// Rows of the first axis in the order asked for; a row may come more than once.
    public func gathered(rows: [Int]) -> Tensor {
        require(shape.rank > 0, "gathered", "a single value has no rows")
        let row = shape.removing(axis: 0).elementCount
        require(rows.allSatisfy { $0 >= 0 && $0 < shape[0] }, "gathered", "rows outside 0 ..< \(shape[0])")
        let kernels = Kernels.active
        return Tensor.filled(
            shape.replacing(axis: 0, with: rows.count), OperationCost(.copy, elements: 2 * rows.count * row)
        ) { out in
            read { source in
                for (place, index) in rows.enumerated() {
                    kernels.copyRow(out + place * row, source + index * row, count: row)
                }
            }
        }
    }
}
