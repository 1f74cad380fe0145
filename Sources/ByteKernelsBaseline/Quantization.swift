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
        // Two of each, because one would wait for itself.
        var (greatest, greatest2) = (cbyte_greater(last, Lanes.zero), Lanes.zero)
        var (least, least2) = (cbyte_lesser(last, Lanes.zero), Lanes.zero)
        var (doubt, doubt2) = (last * Lanes.zero, Lanes.zero)
        var index = 0
        while index + 2 * laneCount <= whole {
            let (x, y) = (load(source + index), load(source + index + laneCount))
            greatest = cbyte_greater(x, greatest)
            greatest2 = cbyte_greater(y, greatest2)
            least = cbyte_lesser(x, least)
            least2 = cbyte_lesser(y, least2)
            doubt = multiplyAdd(x, Lanes.zero, doubt)
            doubt2 = multiplyAdd(y, Lanes.zero, doubt2)
            index += 2 * laneCount
        }
        if index < whole {
            let x = load(source + index)
            greatest = cbyte_greater(x, greatest)
            least = cbyte_lesser(x, least)
            doubt = multiplyAdd(x, Lanes.zero, doubt)
        }
        let below = horizontalMaximum(-cbyte_lesser(least, least2))
        // The distance itself may be too great for a number.
        let half = 0.5 * horizontalMaximum(cbyte_greater(greatest, greatest2)) + 0.5 * below
        // The reciprocal of a smaller one would be infinite; such a row counts as zeros.
        let isTiny = half < 0x1p-100
        // A little less than the distance of 255 bytes, so that no rounding leads beyond them.
        let factor = isTiny ? 0 : 127.49 / half
        let zero = below * factor + roundingShift - roundingShift
        let factors = Lanes(repeating: factor)
        let shift = Lanes(repeating: zero + roundingShift)
        index = 0
        while index < whole {
            storeQuantized(out, at: index, load(source + index) * factors + shift)
            index += laneCount
        }
        var tail = last * factors + shift
        while index < (count + 15) / 16 * 16 {
            storeQuantized(out, at: index, tail)
            tail = shift
            index += laneCount
        }
        return QuantizedRow(
            scale: (isTiny ? 0 : half * (1 / 127.49)) + horizontalSum(doubt + doubt2), zero: Int32(zero))
    }

    /// A row of weights as signed bytes from -127 to 127, and what their unit is.
    ///
    /// The unit has 16 bits of fraction, so that its products with bytes are exact. A weight that was made of bytes and their
    /// unit therefore becomes the same bytes and the same unit again.
    static func quantizeWeightRow(_ out: UnsafeMutablePointer<Int8>, _ source: Source, count: Int) -> Float {
        var greatest: Float = 0
        for index in 0..<count {
            let magnitude = source[index].magnitude
            greatest = magnitude > greatest ? magnitude : greatest
        }
        let isTiny = greatest < 0x1p-100
        let exact = greatest * (1 / 127)
        let unit = Float(bitPattern: (exact.bitPattern &+ 0x80) & ~0xFF)
        let factor = isTiny ? 0 : 1 / unit
        for index in 0..<count {
            let rounded = source[index] * factor + roundingShift
            out[index] = Int8(truncatingIfNeeded: rounded.bitPattern)
        }
        return isTiny ? 0 : unit
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

/// One vector of a row, shifted, as bytes, or as the 16 bits that products of pairs take.
@inline(__always)
private func storeQuantized(_ out: UnsafeMutableRawPointer, at index: Int, _ shifted: Lanes) {
    #if BYTES_IN_FOURS
        cbyte_store_bytes(out + index, bits(shifted))
    #else
        cbyte_store_halves(out + 2 * index, bits(shifted))
    #endif
}
