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
/// maximum. Logits of minus infinity alone leave everything as it was, with weights of 0.
public func foldSoftmaxRow(
    _ scores: UnsafeMutablePointer<Float>, _ count: Int, _ padded: Int, _ maximum: UnsafeMutablePointer<Float>,
    _ sum: UnsafeMutablePointer<Float>, _ accumulator: UnsafeMutablePointer<Float>, _ width: Int
) {
    // Minus infinity has the weight 0 and never is the maximum: the rest of the row needs no case of its own.
    fillRow(scores + count, -Float.infinity, padded - count)
    var greatest = Lanes(repeating: maximum[0])
    var index = 0
    while index < padded {
        greatest = greater(greatest, load(scores + index))
        index += laneCount
    }
    let old = maximum[0]
    let new = horizontalMaximum(greatest)
    if new == -Float.infinity {
        // A NaN among them still makes the result NaN.
        for key in 0..<count where scores[key] != scores[key] { sum[0] = scores[key] }
        fillRow(scores, 0, padded)
        return
    }
    let offsets = Lanes(repeating: new)
    var total = Lanes.zero
    index = 0
    while index < padded {
        let weight = exponential(load(scores + index) - offsets)
        store(weight, scores + index)
        total += weight
        index += laneCount
    }
    if new != old {
        let factor = exponential(Lanes(repeating: old - new))[0]
        sum[0] = multiplyAdd(sum[0], factor, horizontalSum(total))
        scaleRow(accumulator, factor, width)
        maximum[0] = new
    } else {
        sum[0] += horizontalSum(total)
    }
}
