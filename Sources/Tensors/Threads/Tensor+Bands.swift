import KernelInterface

// Several operations after one another on a part of a tensor that stays in cache, in place of each on the whole: what lies
// between them never goes to memory.

extension Tensor {
    /// A tensor made a band of rows at a time, on several threads.
    ///
    /// `make` runs on one thread, and so do the operations it calls; bands are cut by `bandRows` alone, so that the
    /// result does not depend on the number of threads.
    ///
    /// - Parameters:
    ///   - shape: of the whole; a row is one index of the first axis.
    ///   - bandRows: rows of a band; the last band has what is left.
    ///   - make: the rows of this range, `[rows, ...]`.
    ///
    /// **Complexity**: one copy of each band beside what `make` does.
    public static func inBands(_ shape: Shape, bandRows: Int, _ make: @Sendable (Range<Int>) -> Tensor) -> Tensor {
        require(shape.rank > 0 && bandRows > 0, "inBands", "shape \(shape) in bands of \(bandRows) rows")
        let rows = shape[0]
        let row = shape.removing(axis: 0).elementCount
        let kernels = Kernels.active
        return Tensor.filled(shape) { out in
            ParallelRows.forEachDisjoint(WorkSplit((rows + bandRows - 1) / bandRows, least: 1)) {
                for band in $0 {
                    let range = band * bandRows..<min(rows, (band + 1) * bandRows)
                    let made = make(range)
                    require(
                        made.shape == shape.replacing(axis: 0, with: range.count), "inBands",
                        "a band of shape \(made.shape) for the rows \(range) of \(shape)")
                    let size = range.count * row
                    made.read { kernels.copyRow(out + range.lowerBound * row, $0, count: size) }
                }
            }
        }
    }

    /// A tensor whose rows are made in groups, on several threads, and put where they belong.
    ///
    /// `make` runs on one thread, and so do the operations it calls.
    ///
    /// - Parameters:
    ///   - shape: of the whole; a row is one index of the first axis.
    ///   - rows: for each group the places of its rows.
    ///   - make: the rows of this group, `[rows, ...]`, in the order of its places.
    ///
    /// **Preconditions**: the groups name each row of the whole once.
    /// **Complexity**: one copy of each group beside what `make` does.
    public static func inGroups(_ shape: Shape, rows: [[Int]], _ make: @Sendable (_ group: Int) -> Tensor) -> Tensor {
        require(shape.rank > 0, "inGroups", "a single value has no rows")
        var isNamed = [Bool](repeating: false, count: shape[0])
        var named = 0
        for place in rows.joined() {
            require(
                place >= 0 && place < shape[0] && !isNamed[place], "inGroups",
                "row \(place) of \(shape) is named twice or is none")
            isNamed[place] = true
            named += 1
        }
        require(named == shape[0], "inGroups", "\(named) rows for shape \(shape)")
        let row = shape.removing(axis: 0).elementCount
        let kernels = Kernels.active
        return Tensor.filled(shape) { out in
            ParallelRows.forEachDisjoint(WorkSplit(rows.count, least: 1)) {
                for group in $0 {
                    let made = make(group)
                    require(
                        made.shape == shape.replacing(axis: 0, with: rows[group].count), "inGroups",
                        "a group of shape \(made.shape) for \(rows[group].count) rows of \(shape)")
                    made.read { source in
                        for (index, place) in rows[group].enumerated() {
                            kernels.copyRow(out + place * row, source + index * row, count: row)
                        }
                    }
                }
            }
        }
    }
}
