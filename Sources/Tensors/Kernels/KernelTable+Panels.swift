// Products with a panel of columns as the left operand. A panel is `tileColumns` columns of a matrix side by side, row by
// row: the layout of a packed right operand, and equally that of its transpose as a left one.

extension KernelTable {
    /// `out = panel^T * right`: one row of the result a column of the panel, `tileColumns` columns a right panel.
    ///
    /// `panel` is `depth` rows; `right` holds `panels` packed panels of that depth, `rightStride` elements apart. The columns
    /// of each go to a block of `tileColumns` x `tileColumns` of their own, the blocks `outStride` apart.
    package func multiplyTransposedPanel(
        _ out: Target, _ outStride: Int, _ panel: Source, _ right: Source, _ rightStride: Int, _ panels: Int,
        _ depth: Int
    ) {
        for index in 0..<panels {
            multiplyWholePanels(
                out + index * outStride, tileColumns, panel, 1, tileColumns, tileColumns, right + index * rightStride,
                rightStride, 1, depth, false)
        }
    }

    /// `out (+)= panel * right` over the first `depth` columns of a panel of `rows` rows.
    ///
    /// `right` holds `panels` packed panels, `rightStride` elements apart; the columns of `out` are those of all of them.
    package func multiplyPanel(
        _ out: Target, _ outStride: Int, _ panel: Source, _ rows: Int, _ right: Source, _ rightStride: Int,
        _ panels: Int, _ depth: Int, _ accumulate: Bool
    ) {
        multiplyWholePanels(
            out, outStride, panel, tileColumns, 1, rows, right, rightStride, panels, depth, accumulate)
    }

    /// `out (+)= left * panel`: a row-major matrix of `rows` x `depth` times a panel of `depth` rows, which gives a panel
    /// whose rows stand `outStride` apart.
    func multiply(
        _ out: Target, outStride: Int, _ left: Source, rows: Int, depth: Int, byPanel panel: Source,
        accumulate: Bool = false
    ) {
        multiplyWholePanels(out, outStride, left, depth, 1, rows, panel, 0, 1, depth, accumulate)
    }

    /// Any number of rows times whole panels, in tiles of nearly equal height.
    private func multiplyWholePanels(
        _ out: Target, _ outStride: Int, _ left: Source, _ rowStride: Int, _ depthStride: Int, _ rows: Int,
        _ right: Source, _ rightStride: Int, _ panels: Int, _ depth: Int, _ accumulate: Bool
    ) {
        let tiles = (rows + tileRows - 1) / tileRows
        for tile in 0..<tiles {
            let first = tile * rows / tiles
            // Whole panels, so there is no edge to make.
            multiplyRows(
                out + first * outStride, outStride, left + first * rowStride, rowStride, depthStride, right,
                rightStride,
                (tile + 1) * rows / tiles - first, panels * tileColumns, depth, accumulate, out, right, 0)
        }
    }
}
