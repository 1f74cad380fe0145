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

/// `scores[y * gridWidth + x] = scores[...] * scale + rowTerms[y] + columnTerms[x]` for keys on a grid.
public func addGridTermsRow(
    _ scores: UnsafeMutablePointer<Float>, _ scale: Float, _ rowTerms: UnsafePointer<Float>,
    _ columnTerms: UnsafePointer<Float>, _ gridRows: Int, _ gridWidth: Int
) {
    let scales = Lanes(repeating: scale)
    for y in 0..<gridRows {
        let line = scores + y * gridWidth
        let rowTerm = Lanes(repeating: rowTerms[y])
        var x = 0
        while x + laneCount <= gridWidth {
            store(multiplyAdd(load(line + x), scales, rowTerm + load(columnTerms + x)), line + x)
            x += laneCount
        }
        while x < gridWidth {
            line[x] = multiplyAdd(line[x], scale, rowTerms[y] + columnTerms[x])
            x += 1
        }
    }
}

/// Folds the logits of one block of keys into a row's running softmax.
///
/// `scores` becomes exp(scores - maximum) for the first `count` keys and 0 up to `padded`; the running maximum and sum
/// are brought up to date, and what `accumulator` holds from earlier blocks is scaled to the new maximum. Logits of minus
/// infinity alone leave everything as it was, with weights of 0.
public func foldSoftmaxRow(
    _ scores: UnsafeMutablePointer<Float>, _ count: Int, _ padded: Int, _ maximum: UnsafeMutablePointer<Float>,
    _ sum: UnsafeMutablePointer<Float>, _ accumulator: UnsafeMutablePointer<Float>, _ width: Int
) {
    let old = maximum[0]
    let here = count > 0 ? maximumRow(scores, count) : -Float.infinity
    let new = here > old || here != here ? here : old
    if new == -Float.infinity {
        fillRow(scores, 0, padded)
        return
    }
    let total = exponentialDifferenceRow(scores, scores, new, count)
    if count < padded { fillRow(scores + count, 0, padded - count) }
    if new != old {
        let factor = exponential(Lanes(repeating: old - new))[0]
        sum[0] = multiplyAdd(sum[0], factor, total)
        scaleRow(accumulator, factor, width)
        maximum[0] = new
    } else {
        sum[0] += total
    }
}
