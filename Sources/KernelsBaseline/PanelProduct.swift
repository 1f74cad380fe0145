// Products with a panel of columns as the left operand. A panel is `tileColumns` columns of a matrix side by side, row by
// row: the layout of a packed right operand, and equally that of its transpose as a left one.

#if LANES_16
    private let panelTileRows = 8
#else
    private let panelTileRows = 4
#endif

/// `out = panel^T * right`: one row of the result a column of the panel, `tileColumns` columns a right panel.
///
/// `panel` is `depth` rows; `right` holds `panels` packed panels of that depth, `rightStride` elements apart. The columns
/// of each go to a block of `tileColumns` x `tileColumns` of their own, the blocks `outStride` apart.
public func multiplyTransposedPanel(
    _ out: UnsafeMutablePointer<Float>, _ outStride: Int, _ panel: UnsafePointer<Float>,
    _ right: UnsafePointer<Float>, _ rightStride: Int, _ panels: Int, _ depth: Int
) {
    for index in 0..<panels {
        let target = out + index * outStride
        let factors = right + index * rightStride
        var row = 0
        while row < tileColumns {
            multiplyTile(
                panelTileRows, target + row * tileColumns, tileColumns, panel + row, 1, tileColumns, factors, depth,
                false)
            row += panelTileRows
        }
    }
}

/// `out (+)= panel * right` over the first `depth` columns of a panel of `rows` rows.
///
/// `right` holds `panels` packed panels, `rightStride` elements apart; the columns of `out` are those of all of them.
public func multiplyPanel(
    _ out: UnsafeMutablePointer<Float>, _ outStride: Int, _ panel: UnsafePointer<Float>, _ rows: Int,
    _ right: UnsafePointer<Float>, _ rightStride: Int, _ panels: Int, _ depth: Int, _ accumulate: Bool
) {
    for index in 0..<panels {
        let target = out + index * tileColumns
        let factors = right + index * rightStride
        var row = 0
        while row + panelTileRows <= rows {
            multiplyTile(
                panelTileRows, target + row * outStride, outStride, panel + row * tileColumns, tileColumns, 1, factors,
                depth, accumulate)
            row += panelTileRows
        }
        while row < rows {
            multiplyTile(
                1, target + row * outStride, outStride, panel + row * tileColumns, tileColumns, 1, factors, depth,
                accumulate)
            row += 1
        }
    }
}
