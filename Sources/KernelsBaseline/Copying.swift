// Moving elements: copies, transposition, and the columns of a convolution.

/// `rows` rows of `columns` elements from one stride to another.
public func copyRows(
    _ out: UnsafeMutablePointer<Float>, _ outStride: Int, _ source: UnsafePointer<Float>, _ sourceStride: Int,
    _ rows: Int, _ columns: Int
) {
    for row in 0..<rows {
        let from = source + row * sourceStride
        let to = out + row * outStride
        var index = 0
        while index + laneCount <= columns {
            store(load(from + index), to + index)
            index += laneCount
        }
        while index < columns {
            to[index] = from[index]
            index += 1
        }
    }
}

/// Elements `sourceStep` apart, written side by side.
public func gatherRow(
    _ out: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, _ sourceStep: Int, _ count: Int
) {
    for index in 0..<count { out[index] = source[index * sourceStep] }
}

/// `out[column * outStride + row] = source[row * sourceStride + column]`, in square tiles so that both sides stay in
/// cache.
public func transposeRows(
    _ out: UnsafeMutablePointer<Float>, _ outStride: Int, _ source: UnsafePointer<Float>, _ sourceStride: Int,
    _ rows: Int, _ columns: Int
) {
    let tile = 16
    var firstRow = 0
    while firstRow < rows {
        let lastRow = min(firstRow + tile, rows)
        var firstColumn = 0
        while firstColumn < columns {
            let lastColumn = min(firstColumn + tile, columns)
            for column in firstColumn..<lastColumn {
                let to = out + column * outStride
                for row in firstRow..<lastRow { to[row] = source[row * sourceStride + column] }
            }
            firstColumn += tile
        }
        firstRow += tile
    }
}
