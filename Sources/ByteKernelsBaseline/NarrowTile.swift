import CPrefetch

// The register tile of products whose operands are narrower than their sums, written out row by row like that of
// `MatrixTile`: two vectors of sums a row. A step takes a group of numbers of each row, `rowStep` bytes, and of the panel a
// line for each of the two vectors. What the numbers are, and what becomes of the sums, says the file of products beside it:
// that of bytes, or that of bfloat16. It has no types of its own, only tuples: a type that two files know would leave symbols
// that the linker could share between the compilations.
// With each step, the tile prefetches the cache line at `ahead`, which then moves on by `aheadStep` bytes.

/// `out = left * right` for at most `narrowTileRows` rows and whole panels; `rowStride` and `panelStride` are bytes.
@inline(__always)
func multiplyNarrowRows(
    _ out: Target, _ outStride: Int, _ left: UnsafeRawPointer, _ rowStride: Int, _ right: UnsafeRawPointer,
    _ panelStride: Int, rows: Int, columns: Int, groups: Int, finish: TileFinish, ahead: UnsafeRawPointer,
    aheadStep: Int
) {
    let task = RowsTask(
        out: out, left: left, right: right, outStride: outStride, rowStride: rowStride, panelStride: panelStride,
        columns: columns, groups: groups, finish: finish, ahead: ahead, aheadStep: aheadStep)
    switch rows {
    case 1: multiply1(task)
    case 2: multiply2(task)
    case 3: multiply3(task)
    case 4: multiply4(task)
    case 5: multiply5(task)
    #if LANES_16
        case 6: multiply6(task)
        case 7: multiply7(task)
        case 8: multiply8(task)
        case 9: multiply9(task)
    #endif
    default: multiplyAll(task)
    }
}

private struct RowsTask {
    let out: Target
    let left, right: UnsafeRawPointer
    let outStride, rowStride, panelStride: Int
    let columns, groups: Int
    let finish: TileFinish
    let ahead: UnsafeRawPointer
    let aheadStep: Int
}

// The sizes of the register tile. `Lanes.swift`, which the other kernels use as well, needs to know how wide a vector is.

#if LANES_16
    @inline(__always)
    var laneCount: Int { 16 }
    @inline(__always)
    var narrowTileRows: Int { 10 }
#else
    #if LANES_8
        @inline(__always)
        var laneCount: Int { 8 }
    #else
        @inline(__always)
        var laneCount: Int { 4 }
    #endif
    @inline(__always)
    var narrowTileRows: Int { 6 }
#endif

/// The task with its height made a literal.
@inline(__always)
private func multiply(_ height: Int, _ task: RowsTask) {
    var panel = task.right
    var ahead = task.ahead
    for column in stride(from: 0, to: task.columns, by: 2 * laneCount) {
        multiplyTile(
            height, task.out + column, task.outStride, task.left, task.rowStride, panel, task.groups,
            advanced(task.finish, column), ahead, task.aheadStep)
        panel += task.panelStride
        ahead += task.groups * task.aheadStep
    }
}

// A function of its own for each height, as in `MatrixProduct`.

@inline(never) private func multiply1(_ task: RowsTask) { multiply(1, task) }
@inline(never) private func multiply2(_ task: RowsTask) { multiply(2, task) }
@inline(never) private func multiply3(_ task: RowsTask) { multiply(3, task) }
@inline(never) private func multiply4(_ task: RowsTask) { multiply(4, task) }
@inline(never) private func multiply5(_ task: RowsTask) { multiply(5, task) }
#if LANES_16
    @inline(never) private func multiply6(_ task: RowsTask) { multiply(6, task) }
    @inline(never) private func multiply7(_ task: RowsTask) { multiply(7, task) }
    @inline(never) private func multiply8(_ task: RowsTask) { multiply(8, task) }
    @inline(never) private func multiply9(_ task: RowsTask) { multiply(9, task) }
#endif
@inline(never) private func multiplyAll(_ task: RowsTask) { multiply(narrowTileRows, task) }

/// Adds a row's products with one line of the panel, of which `x` and `y` are the two vectors.
@inline(__always)
private func addProducts(
    _ numbers: UnsafeRawPointer, _ x: Line, _ y: Line, _ left: inout Sums, _ right: inout Sums
) {
    let numbers = loadNumbers(numbers)
    left = addProducts(left, numbers, x)
    right = addProducts(right, numbers, y)
}

@inline(__always)
private func multiplyTile(
    _ height: Int, _ out: Target, _ outStride: Int, _ a: UnsafeRawPointer, _ rowStride: Int, _ b: UnsafeRawPointer,
    _ groups: Int, _ finish: TileFinish, _ ahead: UnsafeRawPointer, _ aheadStep: Int
) {
    var left0 = Sums.zero
    var right0 = Sums.zero
    var left1 = Sums.zero
    var right1 = Sums.zero
    var left2 = Sums.zero
    var right2 = Sums.zero
    var left3 = Sums.zero
    var right3 = Sums.zero
    var left4 = Sums.zero
    var right4 = Sums.zero
    var left5 = Sums.zero
    var right5 = Sums.zero
    #if LANES_16
        var left6 = Sums.zero
        var right6 = Sums.zero
        var left7 = Sums.zero
        var right7 = Sums.zero
        var left8 = Sums.zero
        var right8 = Sums.zero
        var left9 = Sums.zero
        var right9 = Sums.zero
        var group2 = a + 6 * rowStride
        var group3 = a + 9 * rowStride
    #endif
    var group0 = a
    var group1 = a + 3 * rowStride
    var panel = b
    var ahead = ahead
    for _ in 0..<groups {
        let x = loadLine(panel)
        let y = loadLine(panel + lineBytes)
        panel += 2 * lineBytes
        prefetchToSecondCache(ahead)
        ahead += aheadStep
        addProducts(group0, x, y, &left0, &right0)
        if height > 1 { addProducts(group0 + rowStride, x, y, &left1, &right1) }
        if height > 2 { addProducts(group0 + 2 * rowStride, x, y, &left2, &right2) }
        if height > 3 { addProducts(group1, x, y, &left3, &right3) }
        if height > 4 { addProducts(group1 + rowStride, x, y, &left4, &right4) }
        if height > 5 { addProducts(group1 + 2 * rowStride, x, y, &left5, &right5) }
        #if LANES_16
            if height > 6 { addProducts(group2, x, y, &left6, &right6) }
            if height > 7 { addProducts(group2 + rowStride, x, y, &left7, &right7) }
            if height > 8 { addProducts(group2 + 2 * rowStride, x, y, &left8, &right8) }
            if height > 9 { addProducts(group3, x, y, &left9, &right9) }
            group2 += rowStep
            group3 += rowStep
        #endif
        group0 += rowStep
        group1 += rowStep
    }
    let columns = loadColumns(finish)
    finishRow(0, left0, right0, columns, out + 0 * outStride)
    if height > 1 { finishRow(1, left1, right1, columns, out + 1 * outStride) }
    if height > 2 { finishRow(2, left2, right2, columns, out + 2 * outStride) }
    if height > 3 { finishRow(3, left3, right3, columns, out + 3 * outStride) }
    if height > 4 { finishRow(4, left4, right4, columns, out + 4 * outStride) }
    if height > 5 { finishRow(5, left5, right5, columns, out + 5 * outStride) }
    #if LANES_16
        if height > 6 { finishRow(6, left6, right6, columns, out + 6 * outStride) }
        if height > 7 { finishRow(7, left7, right7, columns, out + 7 * outStride) }
        if height > 8 { finishRow(8, left8, right8, columns, out + 8 * outStride) }
        if height > 9 { finishRow(9, left9, right9, columns, out + 9 * outStride) }
    #endif
}
