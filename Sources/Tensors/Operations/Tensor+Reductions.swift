import KernelInterface

// Reductions over one axis, in an order that depends on the shape alone.

extension Tensor {
    private func reducedShape(_ axis: Int, _ keepsAxis: Bool) -> Shape {
        keepsAxis ? shape.replacing(axis: axis, with: 1) : shape.removing(axis: axis)
    }

    /// The sum over an axis.
    public func sum(axis: Int = -1, keepsAxis: Bool = false) -> Tensor {
        let axis = shape.resolved(axis: axis)
        let (outer, extent, inner) = shape.split(at: axis)
        let kernels = Kernels.active
        return Tensor.filled(
            reducedShape(axis, keepsAxis), OperationCost(.reduction, elements: count + outer * inner)
        ) { out in
            read { source in
                ParallelRows.forEachDisjoint(WorkSplit(outer, least: 32_768 / max(1, extent * inner))) {
                    for row in $0 {
                        let block = source + row * extent * inner
                        if inner == 1 {
                            out[row] = kernels.sumRow(block, count: extent)
                        } else {
                            kernels.fillRow(out + row * inner, with: 0, count: inner)
                            for index in 0..<extent {
                                kernels.addScaledRow(out + row * inner, block + index * inner, by: 1, count: inner)
                            }
                        }
                    }
                }
            }
        }
    }

    /// The mean over an axis; NaN where the axis is empty.
    public func mean(axis: Int = -1, keepsAxis: Bool = false) -> Tensor {
        let extent = shape[axis]
        return sum(axis: axis, keepsAxis: keepsAxis) / Float(extent)
    }

    /// The greatest element over an axis; NaN if there is one among them.
    ///
    /// **Preconditions**: the axis is not empty.
    public func maximum(axis: Int = -1, keepsAxis: Bool = false) -> Tensor {
        let axis = shape.resolved(axis: axis)
        let (outer, extent, inner) = shape.split(at: axis)
        require(extent > 0, "maximum", "axis \(axis) of shape \(shape) is empty")
        let kernels = Kernels.active
        return Tensor.filled(
            reducedShape(axis, keepsAxis), OperationCost(.reduction, elements: count + outer * inner)
        ) { out in
            read { source in
                for row in 0..<outer {
                    let block = source + row * extent * inner
                    if inner == 1 {
                        out[row] = kernels.maximumRow(block, count: extent)
                    } else {
                        kernels.copyRow(out + row * inner, block, count: inner)
                        for index in 1..<max(extent, 1) {
                            kernels.maximumRows(out + row * inner, block + index * inner, count: inner)
                        }
                    }
                }
            }
        }
    }

    /// The index of the greatest element over an axis, row-major over the other axes; the first of equal ones, the first
    /// NaN if there is one.
    ///
    /// **Preconditions**: the axis is not empty.
    public func argmax(axis: Int = -1) -> [Int] {
        let axis = shape.resolved(axis: axis)
        let (outer, extent, inner) = shape.split(at: axis)
        require(extent > 0, "argmax", "axis \(axis) of shape \(shape) is empty")
        var result = [Int](repeating: 0, count: outer * inner)
        read { source in
            for row in 0..<outer {
                for column in 0..<inner {
                    let line = source + row * extent * inner + column
                    var best = 0
                    for index in 1..<max(extent, 1) {
                        let value = line[index * inner]
                        let greatest = line[best * inner]
                        if greatest.isNaN { break }
                        if value > greatest || value.isNaN { best = index }
                    }
                    result[row * inner + column] = best
                }
            }
        }
        return result
    }

    /// Each row of the last axis divided by its Euclidean length, or by `epsilon` if that is greater.
    ///
    /// With `epsilon` 0 a row of zeros gives NaN, as a division by its length does.
    public func l2Normalized(epsilon: Float = 0) -> Tensor {
        let kernels = Kernels.active
        return mappingRows(.elementwise, minimum: 16_384) { out, row, columns in
            var length = max(kernels.dotRow(row, row, count: columns).squareRoot(), epsilon)
            kernels.combineRow(.divide, out, row, step: 1, &length, step: 0, count: columns)
        }
    }
}
