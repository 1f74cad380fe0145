// The matrix product: the right operand in panels of `tileColumns` columns that run along the depth, the last one filled
// up with zeros; the left one as it lies in memory.

extension Kernels {
    /// Lays out one panel of at most `tileColumns` columns: element (k, column) goes to `k * tileColumns + column`.
    static func packRightPanel(
        _ out: Target, _ source: Source, depthStride: Int, columnStride: Int, depth: Int, columns: Int
    ) {
        if columnStride == 1 && columns == tileColumns {
            for k in 0..<depth {
                store(load(source + k * depthStride), out + k * tileColumns)
                store(load(source + k * depthStride + laneCount), out + k * tileColumns + laneCount)
            }
        } else {
            if columns < tileColumns { fillRow(out, with: 0, count: tileColumns * depth) }
            if depthStride == 1 {
                transposeRows(out, stride: tileColumns, source, stride: columnStride, rows: columns, columns: depth)
            } else {
                for k in 0..<depth {
                    for column in 0..<columns {
                        out[k * tileColumns + column] = source[column * columnStride + k * depthStride]
                    }
                }
            }
        }
    }

    /// `out (+)= left * right` for at most `tileRows` rows and any number of columns, `depth` deep.
    ///
    /// Element (row, k) of the left operand stands at `row * rowStride + k * depthStride`: it is read where it lies,
    /// and one pass of it stays near while the panels of `right`, `panelStride` apart, stream by. A last panel that
    /// reaches over the edge is made in `edge` (`tileRows * tileColumns` elements). While it works, the kernel asks for
    /// the memory that will be needed next, `ahead`: `aheadStep` bytes further with every k of every panel.
    static func multiplyRows(
        _ out: Target, stride outStride: Int, _ left: Source, rowStride: Int, depthStride: Int, by right: Source,
        panelStride: Int, rows: Int, columns: Int, depth: Int, accumulate: Bool, edge: Target, ahead: UnsafeRawPointer,
        aheadStep: Int
    ) {
        let task = RowsTask(
            out: out, edge: edge, left: left, right: right, outStride: outStride, rowStride: rowStride,
            depthStride: depthStride, panelStride: panelStride, columns: columns, depth: depth, accumulate: accumulate,
            ahead: ahead, aheadStep: aheadStep)
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
}

private struct RowsTask {
    let out, edge: Target
    let left, right: Source
    let outStride, rowStride, depthStride, panelStride: Int
    let columns, depth: Int
    let accumulate: Bool
    let ahead: UnsafeRawPointer
    let aheadStep: Int
}

/// The task with its height made a literal.
@inline(__always)
private func multiply(_ height: Int, _ task: RowsTask) {
    var column = 0
    var panel = task.right
    var ahead = task.ahead
    while column + tileColumns <= task.columns {
        multiplyTile(
            height, task.out + column, task.outStride, task.left, task.rowStride, task.depthStride, panel, task.depth,
            task.accumulate, ahead, task.aheadStep)
        column += tileColumns
        panel += task.panelStride
        ahead += task.depth * task.aheadStep
    }
    if column < task.columns {
        multiplyTile(
            height, task.edge, tileColumns, task.left, task.rowStride, task.depthStride, panel, task.depth, false,
            ahead, task.aheadStep)
        copyEdge(task.out + column, task.outStride, task.edge, height, task.columns - column, task.accumulate)
    }
}

// A function of its own for each height: in one function the compiler stops making heights literals half way.

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
@inline(never) private func multiplyAll(_ task: RowsTask) { multiply(Kernels.tileRows, task) }

@inline(__always)
private func copyEdge(
    _ out: Target, _ outStride: Int, _ scratch: Source, _ rows: Int, _ columns: Int, _ accumulate: Bool
) {
    for row in 0..<rows {
        let from = scratch + row * tileColumns
        let to = out + row * outStride
        if accumulate {
            for column in 0..<columns { to[column] += from[column] }
        } else {
            for column in 0..<columns { to[column] = from[column] }
        }
    }
}
