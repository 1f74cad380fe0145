import CByteProducts
import KernelInterface

// Numbers become bytes. Nothing here is a fused multiply-add, so that all instruction sets give the same bytes.

extension ByteKernels {
    /// A row of tokens as unsigned bytes, from its smallest to its greatest number. One of the 256 values is 0.
    ///
    /// `out` has room for `count` numbers, rounded up to a multiple of 16, all of which are written. A row with a number
    /// that is infinite or none gets the scale NaN, so that all its products are NaN.
    static func quantizeRow(_ out: UnsafeMutableRawPointer, _ source: Source, count: Int) -> QuantizedRow {
        let whole = count / laneCount * laneCount
        let last = loadPartial(source + whole, count - whole, filler: 0)
        var greatest = greater(last, Lanes.zero)
        var least = greater(-last, Lanes.zero)
        var doubt = last * Lanes.zero
        for index in stride(from: 0, to: whole, by: laneCount) {
            let x = load(source + index)
            greatest = greater(x, greatest)
            least = greater(-x, least)
            doubt += x * Lanes.zero
        }
        let below = horizontalMaximum(least)
        // The distance itself may be too great for a number.
        let half = 0.5 * horizontalMaximum(greatest) + 0.5 * below
        // The reciprocal of a smaller one would be infinite; such a row counts as zeros.
        let isTiny = half < 0x1p-100
        let factor = isTiny ? 0 : 127.5 / half
        let zero = below * factor + roundingShift - roundingShift
        for index in stride(from: 0, to: whole, by: laneCount) {
            storeQuantized(out, at: index, load(source + index), factor, zero)
        }
        for index in stride(from: whole, to: (count + 15) / 16 * 16, by: laneCount) {
            storeQuantized(out, at: index, index == whole ? last : Lanes.zero, factor, zero)
        }
        return QuantizedRow(
            scale: (isTiny ? 0 : half * (1 / 127.5)) + horizontalSum(doubt), zero: Int32(zero))
    }

    /// A row of weights as signed bytes from -127 to 127, and what their unit is.
    static func quantizeWeightRow(_ out: UnsafeMutablePointer<Int8>, _ source: Source, count: Int) -> Float {
        var greatest: Float = 0
        for index in 0..<count {
            let magnitude = source[index].magnitude
            greatest = magnitude > greatest ? magnitude : greatest
        }
        let isTiny = greatest < 0x1p-100
        let factor = isTiny ? 0 : 127 / greatest
        for index in 0..<count {
            let rounded = source[index] * factor + roundingShift
            out[index] = Int8(truncatingIfNeeded: rounded.bitPattern)
        }
        return isTiny ? 0 : greatest * (1 / 127)
    }

    /// Lays out one panel of at most `tileColumns` columns of signed bytes: `groupDepth` numbers of each column side by
    /// side, then those of the next column. What is missing is 0. `sums` are those of the columns.
    static func packBytePanel(
        _ out: UnsafeMutablePointer<Int8>, sums: UnsafeMutablePointer<Int32>, _ source: UnsafePointer<Int8>,
        columnStride: Int, depth: Int, columns: Int
    ) {
        let groups = (depth + groupDepth - 1) / groupDepth
        for column in 0..<tileColumns {
            let target = out + column * groupDepth
            var sum: Int32 = 0
            if column < columns {
                let line = source + column * columnStride
                for index in 0..<depth { sum &+= Int32(line[index]) }
                for group in 0..<depth / groupDepth {
                    for place in 0..<groupDepth {
                        target[group * tileColumns * groupDepth + place] = line[group * groupDepth + place]
                    }
                }
                if depth % groupDepth != 0 {
                    for place in 0..<groupDepth {
                        let index = (groups - 1) * groupDepth + place
                        target[(groups - 1) * tileColumns * groupDepth + place] = index < depth ? line[index] : 0
                    }
                }
            } else {
                for group in 0..<groups {
                    for place in 0..<groupDepth { target[group * tileColumns * groupDepth + place] = 0 }
                }
            }
            sums[column] = sum
        }
    }
}

/// Added to a number below 2^22 and taken away again, it rounds to the nearest integer; the sum's low bits are the integer.
private let roundingShift: Float = 12_582_912

/// One vector of a row as bytes, or as the 16 bits that products of pairs take.
@inline(__always)
private func storeQuantized(
    _ out: UnsafeMutableRawPointer, at index: Int, _ x: Lanes, _ factor: Float, _ zero: Float
) {
    let place = x * Lanes(repeating: factor) + Lanes(repeating: zero)
    let limited = lesser(greater(place, Lanes.zero), Lanes(repeating: 255))
    let words = bits(limited + Lanes(repeating: roundingShift)) & IntegerLanes(repeating: 0xFF)
    #if BYTES_IN_FOURS
        cbyte_store_bytes(out + index, words)
    #else
        cbyte_store_halves(out + 2 * index, words)
    #endif
}

@inline(__always)
private func lesser(_ x: Lanes, _ y: Lanes) -> Lanes {
    var result = x
    for lane in 0..<laneCount { result[lane] = x[lane] < y[lane] ? x[lane] : y[lane] }
    return result
}
