// One row of attention logits: finishing them, and folding them into a running softmax.

/// `scores = scores * scale`.
public func scaleRow(_ scores: UnsafeMutablePointer<Float>, _ scale: Float, _ count: Int) {
    let scales = Lanes(repeating: scale)
    var index = 0
    while index + laneCount <= count {
        store(load(scores + index) * scales, scores + index)
        index += laneCount
    }
    while index < count {
        scores[index] *= scale
        index += 1
    }
}

/// `scores[y * gridWidth + x] += rowTerms[y] + columnTerms[x]` for keys on a grid.
public func addGridTermsRow(
    _ scores: UnsafeMutablePointer<Float>, _ rowTerms: UnsafePointer<Float>, _ columnTerms: UnsafePointer<Float>,
    _ gridRows: Int, _ gridWidth: Int
) {
    // The ends of rows shorter than a vector are gathered once, not in every row.
    let whole = gridWidth / laneCount * laneCount
    let rest = gridWidth - whole
    let lastTerms = loadPartial(columnTerms + whole, rest, filler: 0)
    for y in 0..<gridRows {
        let line = scores + y * gridWidth
        let rowTerm = Lanes(repeating: rowTerms[y])
        var x = 0
        while x < whole {
            store(load(line + x) + (rowTerm + load(columnTerms + x)), line + x)
            x += laneCount
        }
        if rest > 0 {
            if y + 1 < gridRows && rest + gridWidth >= laneCount {
                // The vector reaches into the next row, where it adds nothing.
                store(load(line + x) + select(isBeyond(rest), Lanes.zero, rowTerm + lastTerms), line + x)
            } else {
                for column in x..<gridWidth { line[column] += rowTerms[y] + columnTerms[column] }
            }
        }
    }
}

/// Ones in the lanes from `count` on.
@inline(__always)
private func isBeyond(_ count: Int) -> IntegerLanes {
    var numbers = IntegerLanes.zero
    for lane in 0..<laneCount { numbers[lane] = Int32(truncatingIfNeeded: lane) }
    return signMask(IntegerLanes(repeating: Int32(truncatingIfNeeded: count) &- 1) &- numbers)
}

/// Folds the logits of one block of keys into a row's running softmax.
///
/// `scores` becomes exp(scores - maximum) for the first `count` keys and 0 up to `padded`, a multiple of the vector; the
/// running maximum and sum are brought up to date, and what `accumulator` holds from earlier blocks is scaled to the new
/// maximum. Logits of minus infinity alone leave everything as it was, with weights of 0; a NaN or a plus infinity makes
/// the sum NaN.
public func foldSoftmaxRow(
    _ scores: UnsafeMutablePointer<Float>, _ count: Int, _ padded: Int, _ maximum: UnsafeMutablePointer<Float>,
    _ sum: UnsafeMutablePointer<Float>, _ accumulator: UnsafeMutablePointer<Float>, _ width: Int
) {
    // Minus infinity has the weight 0 and never is the maximum: the rest of the row needs no case of its own.
    fillRow(scores + count, -Float.infinity, padded - count)
    var greatest = Lanes(repeating: maximum[0])
    var greatest1 = greatest
    var greatest2 = greatest
    var greatest3 = greatest
    // NaN if one of the logits is: sums of the others are numbers or minus infinity, or plus infinity is among them.
    var check = Lanes.zero
    var check1 = Lanes.zero
    var index = 0
    // Four at a time: each maximum waits for the one before it.
    while index + 4 * laneCount <= padded {
        let (x, x1) = (load(scores + index), load(scores + index + laneCount))
        let (x2, x3) = (load(scores + index + 2 * laneCount), load(scores + index + 3 * laneCount))
        greatest = greater(greatest, x)
        greatest1 = greater(greatest1, x1)
        greatest2 = greater(greatest2, x2)
        greatest3 = greater(greatest3, x3)
        check += x + x1
        check1 += x2 + x3
        index += 4 * laneCount
    }
    while index < padded {
        let x = load(scores + index)
        greatest = greater(greatest, x)
        check += x
        index += laneCount
    }
    greatest = greater(greater(greatest, greatest1), greater(greatest2, greatest3))
    check += check1
    let old = maximum[0]
    let new = horizontalMaximum(greatest)
    let checked = horizontalSum(check)
    if checked != checked || new == Float.infinity {
        fillRow(scores, Float.nan, padded)
        sum[0] = Float.nan
        return
    }
    if new == -Float.infinity {
        fillRow(scores, 0, padded)
        return
    }
    let offsets = Lanes(repeating: new)
    var total = Lanes.zero
    index = 0
    while index < padded {
        let weight = exponentialOfNonPositive(load(scores + index) - offsets)
        store(weight, scores + index)
        total += weight
        index += laneCount
    }
    if new != old {
        let factor = exponentialOfNonPositive(Lanes(repeating: old - new))[0]
        sum[0] = multiplyAdd(sum[0], factor, horizontalSum(total))
        if factor > 0 { scaleRow(accumulator, factor, width) } else { fillRow(accumulator, 0, width) }
        maximum[0] = new
    } else {
        sum[0] += horizontalSum(total)
    }
}
