package import KernelInterface

// Simpler calls of the kernels that have many arguments.

extension KernelSet {
    /// `out = source`, one row.
    @inline(__always)
    package static func copyRow(_ out: Target, _ source: Source, count: Int) {
        copyRows(out, stride: count, source, stride: count, rows: 1, columns: count)
    }

    /// `out (+)= left * right` for at most `tileRows` rows and a right operand whose panels are all whole: there is no edge
    /// to make, and nothing is fetched ahead.
    @inline(__always)
    static func multiplyRows(
        _ out: Target, stride outStride: Int, _ left: Source, rowStride: Int, depthStride: Int = 1, by right: Source,
        panelStride: Int, rows: Int, columns: Int, depth: Int, accumulate: Bool
    ) {
        multiplyRows(
            out, stride: outStride, left, rowStride: rowStride, depthStride: depthStride, by: right,
            panelStride: panelStride, rows: rows, columns: columns, depth: depth, accumulate: accumulate, edge: out,
            ahead: right, aheadStep: 0)
    }

    // A panel is `tileColumns` columns of a matrix side by side, row by row: the layout of a packed right operand, and
    // equally that of its transpose as a left one.

    /// `out = panel^T * right`: one row of the result for each column of the panel.
    ///
    /// - Parameters:
    ///   - out: a block of `tileColumns` x `tileColumns` for each panel of `right`, the blocks `stride` apart.
    ///   - panel: `depth` rows.
    ///   - right: `panels` packed panels of the same depth, `panelStride` apart.
    package static func multiplyTransposedPanel(
        _ out: Target, stride outStride: Int, _ panel: Source, by right: Source, panelStride: Int, panels: Int,
        depth: Int
    ) {
        for index in 0..<panels {
            multiplyWholePanels(
                out + index * outStride, stride: tileColumns, panel, rowStride: 1, depthStride: tileColumns,
                rows: tileColumns, by: right + index * panelStride, panelStride: panelStride, panels: 1, depth: depth,
                accumulate: false)
        }
    }

    /// `out (+)= panel * right` over the first `depth` columns of a panel of `rows` rows.
    ///
    /// - Parameters:
    ///   - out: rows with the columns of all panels of `right`.
    ///   - right: `panels` packed panels, `panelStride` apart.
    package static func multiplyPanel(
        _ out: Target, stride outStride: Int, _ panel: Source, rows: Int, by right: Source, panelStride: Int,
        panels: Int, depth: Int, accumulate: Bool
    ) {
        multiplyWholePanels(
            out, stride: outStride, panel, rowStride: tileColumns, depthStride: 1, rows: rows, by: right,
            panelStride: panelStride, panels: panels, depth: depth, accumulate: accumulate)
    }

    /// `out (+)= left * panel`: a row-major matrix of `rows` x `depth` times a panel of `depth` rows, which gives a panel
    /// whose rows stand `stride` apart.
    static func multiply(
        _ out: Target, stride outStride: Int, _ left: Source, rows: Int, depth: Int, byPanel panel: Source,
        accumulate: Bool = false
    ) {
        multiplyWholePanels(
            out, stride: outStride, left, rowStride: depth, depthStride: 1, rows: rows, by: panel, panelStride: 0,
            panels: 1, depth: depth, accumulate: accumulate)
    }

    /// Any number of rows times whole panels, in tiles of nearly equal height.
    private static func multiplyWholePanels(
        _ out: Target, stride outStride: Int, _ left: Source, rowStride: Int, depthStride: Int, rows: Int,
        by right: Source, panelStride: Int, panels: Int, depth: Int, accumulate: Bool
    ) {
        let tiles = (rows + tileRows - 1) / tileRows
        for tile in 0..<tiles {
            let first = tile * rows / tiles
            multiplyRows(
                out + first * outStride, stride: outStride, left + first * rowStride, rowStride: rowStride,
                depthStride: depthStride, by: right, panelStride: panelStride, rows: (tile + 1) * rows / tiles - first,
                columns: panels * tileColumns, depth: depth, accumulate: accumulate)
        }
    }
}
