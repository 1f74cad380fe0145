// Moving elements: copies, transposition, and the columns of a convolution.

extension Kernels {
    /// `rows` rows of `columns` elements from one stride to another.
    static func copyRows(
        _ out: Target, stride outStride: Int, _ source: Source, stride sourceStride: Int, rows: Int, columns: Int
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
    static func gatherRow(_ out: Target, _ source: Source, step sourceStep: Int, count: Int) {
        for index in 0..<count { out[index] = source[index * sourceStep] }
    }
}

/// Four rows of four elements, turned.
@inline(__always)
func transposeFour(_ out: Target, _ outStride: Int, _ source: Source, _ sourceStride: Int) {
    let a = UnsafeRawPointer(source).loadUnaligned(as: SIMD4<Float>.self)
    let b = UnsafeRawPointer(source + sourceStride).loadUnaligned(as: SIMD4<Float>.self)
    let c = UnsafeRawPointer(source + 2 * sourceStride).loadUnaligned(as: SIMD4<Float>.self)
    let d = UnsafeRawPointer(source + 3 * sourceStride).loadUnaligned(as: SIMD4<Float>.self)
    // Columns 0 and 2 of two rows, columns 1 and 3; then the same again across the pairs.
    let ab = SIMD8(lowHalf: a, highHalf: b)
    let cd = SIMD8(lowHalf: c, highHalf: d)
    let even = SIMD8(lowHalf: ab.evenHalf, highHalf: cd.evenHalf)
    let odd = SIMD8(lowHalf: ab.oddHalf, highHalf: cd.oddHalf)
    UnsafeMutableRawPointer(out).storeBytes(of: even.evenHalf, as: SIMD4<Float>.self)
    UnsafeMutableRawPointer(out + outStride).storeBytes(of: odd.evenHalf, as: SIMD4<Float>.self)
    UnsafeMutableRawPointer(out + 2 * outStride).storeBytes(of: even.oddHalf, as: SIMD4<Float>.self)
    UnsafeMutableRawPointer(out + 3 * outStride).storeBytes(of: odd.oddHalf, as: SIMD4<Float>.self)
}

#if LANES_16
    /// Four elements of four rows, one row after the other.
    @inline(__always)
    private func fourOfFour(_ source: Source, _ stride: Int) -> Lanes {
        let a = UnsafeRawPointer(source).loadUnaligned(as: SIMD4<Float>.self)
        let b = UnsafeRawPointer(source + stride).loadUnaligned(as: SIMD4<Float>.self)
        let c = UnsafeRawPointer(source + 2 * stride).loadUnaligned(as: SIMD4<Float>.self)
        let d = UnsafeRawPointer(source + 3 * stride).loadUnaligned(as: SIMD4<Float>.self)
        return Lanes(lowHalf: SIMD8(lowHalf: a, highHalf: b), highHalf: SIMD8(lowHalf: c, highHalf: d))
    }

    /// Four columns of sixteen rows, turned.
    @inline(__always)
    private func transposeSixteen(_ out: Target, _ outStride: Int, _ source: Source, _ sourceStride: Int) {
        let upper = SIMD32(
            lowHalf: fourOfFour(source, sourceStride), highHalf: fourOfFour(source + 4 * sourceStride, sourceStride))
        let lower = SIMD32(
            lowHalf: fourOfFour(source + 8 * sourceStride, sourceStride),
            highHalf: fourOfFour(source + 12 * sourceStride, sourceStride))
        // Columns 0 and 2 of all rows, columns 1 and 3; then each by itself.
        let even = SIMD32(lowHalf: upper.evenHalf, highHalf: lower.evenHalf)
        let odd = SIMD32(lowHalf: upper.oddHalf, highHalf: lower.oddHalf)
        store(even.evenHalf, out)
        store(odd.evenHalf, out + outStride)
        store(even.oddHalf, out + 2 * outStride)
        store(odd.oddHalf, out + 3 * outStride)
    }
#endif

extension Kernels {
    /// `out[column * outStride + row] = source[row * sourceStride + column]`, in tiles so that both sides stay in cache.
    static func transposeRows(
        _ out: Target, stride outStride: Int, _ source: Source, stride sourceStride: Int, rows: Int, columns: Int
    ) {
        let tile = 16
        var firstColumn = 0
        while firstColumn < columns {
            let lastColumn = min(firstColumn + tile, columns)
            var row = 0
            #if LANES_16
                while row + 16 <= rows && lastColumn - firstColumn == tile {
                    for column in stride(from: firstColumn, to: lastColumn, by: 4) {
                        transposeSixteen(
                            out + column * outStride + row, outStride, source + row * sourceStride + column,
                            sourceStride)
                    }
                    row += 16
                }
            #endif
            while row + 4 <= rows {
                var column = firstColumn
                while column + 4 <= lastColumn {
                    transposeFour(
                        out + column * outStride + row, outStride, source + row * sourceStride + column, sourceStride)
                    column += 4
                }
                while column < lastColumn {
                    let to = out + column * outStride
                    for next in row..<(row + 4) { to[next] = source[next * sourceStride + column] }
                    column += 1
                }
                row += 4
            }
            while row < rows {
                for column in firstColumn..<lastColumn {
                    out[column * outStride + row] = source[row * sourceStride + column]
                }
                row += 1
            }
            firstColumn = lastColumn
        }
    }
}
