import KernelInterface

// The product of bytes: the right operand in panels that `packBytePanel` laid out, the left one in quantised rows.

extension ByteKernels {
    /// `out = left * right` for at most `tileRows` rows and whole panels, as numbers.
    ///
    /// - Parameters:
    ///   - left: rows of bytes, or of 16 bits where products are made in pairs; `rowStride` bytes from one to the next.
    ///   - quantization: of each row.
    ///   - panelStride: bytes from one panel of `right` to the next.
    ///   - sums: of the weights of each column.
    ///   - scales: of each column.
    ///   - groups: steps of `groupDepth` numbers.
    ///   - ahead: memory that will be needed next; it is asked for, `aheadStep` bytes further with every step of every
    ///     panel.
    static func multiplyByteRows(
        _ out: Target, stride outStride: Int, _ left: UnsafeRawPointer, rowStride: Int,
        quantization: UnsafePointer<QuantizedRow>, by right: UnsafePointer<Int8>, panelStride: Int,
        sums: UnsafePointer<Int32>, scales: Source, rows: Int, columns: Int, groups: Int, ahead: UnsafeRawPointer,
        aheadStep: Int
    ) {
        let task = ByteRowsTask(
            out: out, left: left, right: UnsafeRawPointer(right), quantization: quantization, sums: sums,
            scales: scales, outStride: outStride, rowStride: rowStride, panelStride: panelStride, columns: columns,
            groups: groups, ahead: ahead, aheadStep: aheadStep)
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

private struct ByteRowsTask {
    let out: Target
    let left, right: UnsafeRawPointer
    let quantization: UnsafePointer<QuantizedRow>
    let sums: UnsafePointer<Int32>
    let scales: Source
    let outStride, rowStride, panelStride: Int
    let columns, groups: Int
    let ahead: UnsafeRawPointer
    let aheadStep: Int
}

/// The task with its height made a literal.
@inline(__always)
private func multiply(_ height: Int, _ task: ByteRowsTask) {
    var panel = task.right
    var ahead = task.ahead
    for column in stride(from: 0, to: task.columns, by: ByteKernels.tileColumns) {
        multiplyByteTile(
            height, task.out + column, task.outStride, task.left, task.rowStride, task.quantization, panel,
            task.sums + column, task.scales + column, task.groups, ahead, task.aheadStep)
        panel += task.panelStride
        ahead += task.groups * task.aheadStep
    }
}

// A function of its own for each height, as in `MatrixProduct`.

@inline(never) private func multiply1(_ task: ByteRowsTask) { multiply(1, task) }
@inline(never) private func multiply2(_ task: ByteRowsTask) { multiply(2, task) }
@inline(never) private func multiply3(_ task: ByteRowsTask) { multiply(3, task) }
@inline(never) private func multiply4(_ task: ByteRowsTask) { multiply(4, task) }
@inline(never) private func multiply5(_ task: ByteRowsTask) { multiply(5, task) }
#if LANES_16
    @inline(never) private func multiply6(_ task: ByteRowsTask) { multiply(6, task) }
    @inline(never) private func multiply7(_ task: ByteRowsTask) { multiply(7, task) }
    @inline(never) private func multiply8(_ task: ByteRowsTask) { multiply(8, task) }
    @inline(never) private func multiply9(_ task: ByteRowsTask) { multiply(9, task) }
#endif
@inline(never) private func multiplyAll(_ task: ByteRowsTask) { multiply(ByteKernels.tileRows, task) }
