import KernelInterface

// Resizing of the last two axes as `torch.nn.functional.interpolate` does it.

extension Tensor {
    /// Bilinear resizing.
    ///
    /// **Shapes**: [..., height, columns] -> [..., `height`, `width`]
    ///
    /// With `part`, only that many first rows and columns of the result are made, and the result has this size.
    /// **Matches**: `interpolate(mode="bilinear", align_corners=alignCorners, antialias=antialias)`
    public func resizedBilinear(
        height: Int, width: Int, part: (height: Int, width: Int)? = nil, alignCorners: Bool = false,
        antialias: Bool = false
    ) -> Tensor {
        resized(height, width, part ?? (height, width), .bilinear(alignCorners: alignCorners), antialias)
    }

    /// Some rows of a bilinear resizing of the rows alone, corners not aligned: the same values as all rows at once have.
    ///
    /// **Shapes**: [..., height, columns] -> [..., `rows.count`, columns]
    package func resizedBilinear(height: Int, rows: Range<Int>, antialias: Bool = false) -> Tensor {
        require(
            shape.rank >= 2 && shape[-1] > 0 && shape[-2] > 0 && !rows.isEmpty && 0 <= rows.lowerBound
                && rows.upperBound <= height, "resizedBilinear", "shape \(shape) to rows \(rows) of \(height)")
        if height == shape[-2] { return sliced(axis: -2, rows) }
        return resampledRows(
            ResamplingTable(
                from: shape[-2], to: height, places: rows, filter: .bilinear(alignCorners: false), antialias: antialias)
        )
    }

    /// Bicubic resizing, corners not aligned; a = -0.75, or -0.5 with `antialias`.
    ///
    /// **Shapes**: [..., height, columns] -> [..., `height`, `width`]
    /// **Matches**: `interpolate(mode="bicubic", align_corners=False, antialias=antialias)`
    public func resizedBicubic(height: Int, width: Int, antialias: Bool = false) -> Tensor {
        resized(height, width, (height, width), .bicubic, antialias)
    }

    private func resized(
        _ height: Int, _ width: Int, _ part: (height: Int, width: Int), _ filter: ResamplingTable.Filter,
        _ antialias: Bool
    ) -> Tensor {
        require(
            shape.rank >= 2 && shape[-1] > 0 && shape[-2] > 0 && 1...max(height, 1) ~= part.height
                && 1...max(width, 1) ~= part.width, "resized",
            "shape \(shape) to \(part) of \(height) x \(width)")
        var result = self
        // An axis that keeps its size keeps its values in all of these filters.
        for (axis, side, places) in [(-1, width, part.width), (-2, height, part.height)] {
            if side != shape[axis] {
                let table = ResamplingTable(
                    from: shape[axis], to: side, places: 0..<places, filter: filter, antialias: antialias)
                result = axis == -1 ? result.resampledColumns(table) : result.resampledRows(table)
            } else if places != side {
                result = result.sliced(axis: axis, 0..<places)
            }
        }
        return result
    }

    private func resampledColumns(_ table: ResamplingTable) -> Tensor {
        let width = shape[-1]
        let outWidth = table.first.count
        let rows = count / width
        let kernels = Kernels.active
        return Tensor.filled(
            shape.replacing(axis: shape.rank - 1, with: outWidth), table.cost(rows: rows, elements: count)
        ) { out in
            read { source in
                table.withPointers { first, lengths, weights in
                    ParallelRows.forEachDisjoint(table.columnSplit(rows: rows)) {
                        for row in $0 {
                            kernels.resampleRow(
                                out + row * outWidth, source + row * width, first: first, lengths: lengths,
                                weights: weights, taps: table.taps, count: outWidth)
                        }
                    }
                }
            }
        }
    }

    private func resampledRows(_ table: ResamplingTable) -> Tensor {
        let width = shape[-1]
        let height = shape[-2]
        let outHeight = table.first.count
        let planes = count / (width * height)
        let kernels = Kernels.active
        return Tensor.filled(
            shape.replacing(axis: shape.rank - 2, with: outHeight),
            table.cost(rows: planes * width, elements: count)
        ) { out in
            read { source in
                table.withPointers { first, lengths, weights in
                    ParallelRows.forEachDisjoint(table.rowSplit(planes: planes, width: width)) {
                        for index in $0 {
                            let row = index % outHeight
                            let plane = source + (index / outHeight) * height * width
                            kernels.blendRows(
                                out + index * width, plane + Int(first[row]) * width, stride: width,
                                weights: weights + row * table.taps, taps: Int(lengths[row]), count: width)
                        }
                    }
                }
            }
        }
    }
}

extension ResamplingTable {
    /// How rows are shared whose columns are resampled.
    func columnSplit(rows: Int, threads: Int = ComputeThreads.count) -> WorkSplit {
        WorkSplit(rows, least: 8_192 / (first.count * taps), threads: threads)
    }

    /// How the resampled rows of all planes are shared.
    func rowSplit(planes: Int, width: Int, threads: Int = ComputeThreads.count) -> WorkSplit {
        WorkSplit(planes * first.count, least: 32_768 / (width * taps), threads: threads)
    }

    /// Of resampling this many rows or columns, which have `elements` numbers.
    fileprivate func cost(rows: Int, elements: Int) -> OperationCost {
        OperationCost(
            .resize, multiplyAdds: rows * lengths.reduce(0) { $0 + Int($1) },
            elements: elements + rows * first.count)
    }

    fileprivate func withPointers(_ body: (UnsafePointer<Int32>, UnsafePointer<Int32>, UnsafePointer<Float>) -> Void) {
        first.withUnsafeBufferPointer { first in
            lengths.withUnsafeBufferPointer { lengths in
                weights.withUnsafeBufferPointer { weights in
                    guard let first = first.baseAddress, let lengths = lengths.baseAddress,
                        let weights = weights.baseAddress
                    else { return }
                    body(first, lengths, weights)
                }
            }
        }
    }
}
