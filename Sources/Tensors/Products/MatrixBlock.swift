import KernelInterface

/// A matrix in memory, one of whose two strides is 1: row-major as it lies, or seen transposed.
struct MatrixView {
    var base: UnsafePointer<Float>
    /// Elements from one row to the next, and from one column to the next.
    var rowStride: Int
    var columnStride: Int

    static func rowMajor(_ base: UnsafePointer<Float>, stride: Int) -> MatrixView {
        MatrixView(base: base, rowStride: stride, columnStride: 1)
    }

    /// The transpose of a row-major matrix.
    static func transposed(_ base: UnsafePointer<Float>, stride: Int) -> MatrixView {
        MatrixView(base: base, rowStride: 1, columnStride: stride)
    }

    func offset(row: Int = 0, column: Int = 0) -> MatrixView {
        MatrixView(
            base: base + row * rowStride + column * columnStride, rowStride: rowStride, columnStride: columnStride)
    }
}

/// The product of two matrices on the calling thread: this package's own, or OpenBLAS's where that is the faster one
/// (``LinearWeight`` has the rule).
struct MatrixBlock {
    let kernels: any KernelSet.Type
    let library: OpenBLAS?

    static let active = MatrixBlock(kernels: Kernels.active, library: LinearWeight.packs ? nil : OpenBLAS.active)

    /// `out (+)= left * right`, `rows` x `depth` times `depth` x `columns`.
    func multiply(
        _ out: UnsafeMutablePointer<Float>, stride outStride: Int, _ left: MatrixView, _ right: MatrixView, rows: Int,
        columns: Int, depth: Int, accumulate: Bool = false
    ) {
        if rows == 0 || columns == 0 { return }
        if depth == 0 {
            if !accumulate {
                for row in 0..<rows { kernels.fillRow(out + row * outStride, with: 0, count: columns) }
            }
            return
        }
        if let library {
            let plain: Int32 = 111
            let transposed: Int32 = 112
            let leftTransposed = left.columnStride != 1
            let rightTransposed = right.columnStride != 1
            library.sgemm(
                101, leftTransposed ? transposed : plain, rightTransposed ? transposed : plain, Int32(rows),
                Int32(columns), Int32(depth), 1, left.base,
                Int32(leftTransposed ? left.columnStride : max(left.rowStride, depth)), right.base,
                Int32(rightTransposed ? right.columnStride : max(right.rowStride, columns)), accumulate ? 1 : 0, out,
                Int32(outStride))
        } else {
            multiplyPacked(out, outStride, left, right, rows, columns, depth, accumulate)
        }
    }

    /// How deep one pass goes: a right panel of this depth stays in the first cache.
    private static let passDepth = 256

    private func multiplyPacked(
        _ out: UnsafeMutablePointer<Float>, _ outStride: Int, _ left: MatrixView, _ right: MatrixView, _ rows: Int,
        _ columns: Int, _ depth: Int, _ accumulate: Bool
    ) {
        let tileRows = kernels.tileRows
        let tileColumns = kernels.tileColumns
        let rightPanels = (columns + tileColumns - 1) / tileColumns
        let pass = min(depth, MatrixBlock.passDepth)
        withScratch((rightPanels * pass + tileRows) * tileColumns) { packed in
            let edge = packed + rightPanels * pass * tileColumns
            var first = 0
            while first < depth {
                let run = min(pass, depth - first)
                for panel in 0..<rightPanels {
                    let column = panel * tileColumns
                    kernels.packRightPanel(
                        packed + column * run, right.offset(row: first, column: column).base,
                        depthStride: right.rowStride, columnStride: right.columnStride, depth: run,
                        columns: min(tileColumns, columns - column))
                }
                var row = 0
                while row < rows {
                    let height = min(tileRows, rows - row)
                    kernels.multiplyRows(
                        out + row * outStride, stride: outStride, left.offset(row: row, column: first).base,
                        rowStride: left.rowStride, depthStride: left.columnStride, by: packed,
                        panelStride: tileColumns * run, rows: height, columns: columns, depth: run,
                        accumulate: accumulate || first > 0, edge: edge, ahead: packed, aheadStep: 0)
                    row += height
                }
                first += run
            }
        }
    }
}
