// A blocked matrix product over packed panels: the right operand in panels of `tileColumns` columns, the left one in
// panels of `tileRows` rows, both running along the depth, short panels filled up with zeros.

#if LANES_16
    public let tileRows = 12
#else
    public let tileRows = 6
#endif
public let tileColumns = 2 * laneCount

/// Lays out one panel of at most `tileRows` rows: element (row, k) goes to `k * tileRows + row`.
public func packLeftPanel(
    _ out: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, _ rowStride: Int, _ depthStride: Int,
    _ rows: Int, _ depth: Int
) {
    if depthStride == 1 {
        transposeRows(out, tileRows, source, rowStride, rows, depth)
    } else {
        for k in 0..<depth {
            for row in 0..<rows { out[k * tileRows + row] = source[row * rowStride + k * depthStride] }
        }
    }
    for row in rows..<max(rows, tileRows) {
        for k in 0..<depth { out[k * tileRows + row] = 0 }
    }
}

/// Lays out one panel of at most `tileColumns` columns: element (k, column) goes to `k * tileColumns + column`.
public func packRightPanel(
    _ out: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, _ depthStride: Int, _ columnStride: Int,
    _ depth: Int, _ columns: Int
) {
    if columnStride == 1 && columns == tileColumns {
        for k in 0..<depth {
            store(load(source + k * depthStride), out + k * tileColumns)
            store(load(source + k * depthStride + laneCount), out + k * tileColumns + laneCount)
        }
    } else {
        if depthStride == 1 {
            transposeRows(out, tileColumns, source, columnStride, columns, depth)
        } else {
            for k in 0..<depth {
                for column in 0..<columns {
                    out[k * tileColumns + column] = source[column * columnStride + k * depthStride]
                }
            }
        }
        for column in columns..<max(columns, tileColumns) {
            for k in 0..<depth { out[k * tileColumns + column] = 0 }
        }
    }
}

/// `out (+)= left * right` for a block of `rows` x `columns`, `depth` deep.
///
/// `left` holds packed panels `leftPanelStride` elements apart, `right` packed panels `rightPanelStride` apart. Tiles that
/// reach over the edge are made in `scratch` (`tileRows * tileColumns` elements).
public func multiplyPanels(
    _ out: UnsafeMutablePointer<Float>, _ outStride: Int, _ left: UnsafePointer<Float>, _ leftPanelStride: Int,
    _ right: UnsafePointer<Float>, _ rightPanelStride: Int, _ rows: Int, _ columns: Int, _ depth: Int,
    _ accumulate: Bool, _ scratch: UnsafeMutablePointer<Float>
) {
    var column = 0
    var rightPanel = right
    while column < columns {
        var row = 0
        var leftPanel = left
        while row < rows {
            let target = out + row * outStride + column
            if row + tileRows <= rows && column + tileColumns <= columns {
                multiplyTile(tileRows, target, outStride, leftPanel, 1, tileRows, rightPanel, depth, accumulate)
            } else {
                multiplyTile(tileRows, scratch, tileColumns, leftPanel, 1, tileRows, rightPanel, depth, false)
                copyEdge(
                    target, outStride, scratch, min(tileRows, rows - row), min(tileColumns, columns - column),
                    accumulate)
            }
            row += tileRows
            leftPanel += leftPanelStride
        }
        column += tileColumns
        rightPanel += rightPanelStride
    }
}

/// The same with the left operand as it lies in memory, row-major with `leftStride` elements a row. `rows` must be padded
/// in memory to a multiple of `tileRows`; so must the rows of `out`.
public func multiplyRowsByPanels(
    _ out: UnsafeMutablePointer<Float>, _ outStride: Int, _ left: UnsafePointer<Float>, _ leftStride: Int,
    _ right: UnsafePointer<Float>, _ rightPanelStride: Int, _ rows: Int, _ panels: Int, _ depth: Int,
    _ accumulate: Bool
) {
    for panel in 0..<panels {
        var row = 0
        while row < rows {
            multiplyTile(
                tileRows, out + row * outStride + panel * tileColumns, outStride, left + row * leftStride, leftStride,
                1,
                right + panel * rightPanelStride, depth, accumulate)
            row += tileRows
        }
    }
}

/// `out (+)= left * right` for packed panels, the left ones of equal or nearly equal height, so that no row is padding.
///
/// `left` holds `leftPanels` packed panels `leftPanelStride` elements apart; the first `tallPanels` are `height` rows high,
/// the others one less. `right` holds packed panels `rightPanelStride` apart for `columns` columns. A last panel that
/// reaches over the edge is made in `scratch` (`tileRows * tileColumns` elements). The right panels are the inner loop: a
/// left panel of a pass stays in the first cache while they stream by in the order of their memory.
public func multiplyEvenPanels(
    _ out: UnsafeMutablePointer<Float>, _ outStride: Int, _ left: UnsafePointer<Float>, _ leftPanelStride: Int,
    _ right: UnsafePointer<Float>, _ rightPanelStride: Int, _ leftPanels: Int, _ tallPanels: Int, _ height: Int,
    _ columns: Int, _ depth: Int, _ accumulate: Bool, _ scratch: UnsafeMutablePointer<Float>
) {
    var target = out
    var leftPanel = left
    for panel in 0..<leftPanels {
        let rows = panel < tallPanels ? height : height - 1
        var column = 0
        var rightPanel = right
        while column < columns {
            if column + tileColumns <= columns {
                multiplyPackedTile(rows, target + column, outStride, leftPanel, rightPanel, depth, accumulate)
            } else {
                multiplyPackedTile(rows, scratch, tileColumns, leftPanel, rightPanel, depth, false)
                copyEdge(target + column, outStride, scratch, rows, columns - column, accumulate)
            }
            column += tileColumns
            rightPanel += rightPanelStride
        }
        target += rows * outStride
        leftPanel += leftPanelStride
    }
}

@inline(__always)
private func copyEdge(
    _ out: Destination, _ outStride: Int, _ scratch: Source, _ rows: Int, _ columns: Int, _ accumulate: Bool
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
