// Rows of attention logits: what they begin with, and folding them into a running softmax.

extension Kernels {
    /// `scores = scores * scale`.
    static func scaleRow(_ scores: Target, by scale: Float, count: Int) {
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

    /// `scores[key - first] = rowTerms[y] + columnTerms[x]` for `count` keys from `first` on of a grid, where key `y *
    /// gridWidth + x` stands at (y, x), for each of `rows` queries, which have terms of their own. Reads and writes up
    /// to a vector further in each row.
    static func spreadGridTerms(
        _ scores: Target, stride: Int, rowTerms: Source, columnTerms: Source, termStride: Int, rows: Int, first: Int,
        count: Int, gridWidth: Int
    ) {
        let firstLine = first / gridWidth
        for row in 0..<rows {
            let line = scores + row * stride
            let (lineTerms, placeTerms) = (rowTerms + row * termStride, columnTerms + row * termStride)
            var y = firstLine
            // The place of the grid row's first element, before the scores at first.
            var start = y * gridWidth - first
            while start < count {
                let lineTerm = Lanes(repeating: lineTerms[y])
                var x = max(0, -start)
                let end = min(gridWidth, count - start)
                while x < end {
                    // What is written beyond the row's end, the next row overwrites.
                    store(lineTerm + load(placeTerms + x), line + (start + x))
                    x += laneCount
                }
                y += 1
                start += gridWidth
            }
        }
    }

    /// `out = source / divisors`, one divisor a row.
    static func divideRows(
        _ out: Target, stride outStride: Int, _ source: Source, stride sourceStride: Int, by divisors: Source,
        rows: Int, columns: Int
    ) {
        for row in 0..<rows {
            let divisor = Lanes(repeating: divisors[row])
            let (from, to) = (source + row * sourceStride, out + row * outStride)
            var index = 0
            while index + laneCount <= columns {
                store(load(from + index) / divisor, to + index)
                index += laneCount
            }
            while index < columns {
                to[index] = from[index] / divisors[row]
                index += 1
            }
        }
    }

    /// Folds the logits of one block of keys into the running softmax of each of `rows` rows, in powers of two: weights
    /// are 2^(logit - maximum).
    ///
    /// Row i sees `seen + i * seenStep` keys, at least 0 and at most `count`. Its scores become weights, 0 from there
    /// up to `padded`, a multiple of the vector, behind which a vector of room follows; its running maximum and sum are
    /// brought up to date, and what its accumulator, `width` elements, holds from earlier blocks is scaled to the new
    /// maximum. Logits of minus infinity alone leave everything as it was, with weights of 0; a NaN or a plus infinity
    /// makes the sum NaN.
    static func foldSoftmaxRows(
        _ scores: Target, stride: Int, rows: Int, count: Int, seen: Int, seenStep: Int, padded: Int, maxima: Target,
        sums: Target, accumulator: Target, width: Int
    ) {
        // The greatest logits of all rows before the first power: rows do not wait for each other, and a vector that
        // comes back from memory is not taken apart lane by lane where it was made.
        for row in 0..<rows {
            let line = scores + row * stride
            let seen = min(count, max(0, seen + row * seenStep))
            // Minus infinity has the weight 0 and never is the maximum: the rest of the row needs no case of its own.
            fillRow(line + seen, with: -Float.infinity, count: padded - seen)
            store(greatestLanes(line, padded, maxima[row]), line + padded)
        }
        for row in 0..<rows {
            let line = scores + row * stride
            weigh(
                line, padded, greatestElement(line + padded), maxima + row, sums + row, accumulator + row * width, width
            )
        }
    }
}

/// The greatest element of `start` and each lane's column; plus infinity somewhere if an element is NaN.
@inline(__always)
private func greatestLanes(_ scores: Source, _ count: Int, _ start: Float) -> Lanes {
    var greatest = Lanes(repeating: start)
    var greatest1 = greatest
    var greatest2 = greatest
    var greatest3 = greatest
    // NaN if one of the logits is: sums of the others are numbers or minus infinity, or plus infinity is among them.
    var check = Lanes.zero
    var check1 = Lanes.zero
    var index = 0
    // Four at a time: each maximum waits for the one before it.
    while index + 4 * laneCount <= count {
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
    while index < count {
        let x = load(scores + index)
        greatest = greater(greatest, x)
        check += x
        index += laneCount
    }
    greatest = greater(greater(greatest, greatest1), greater(greatest2, greatest3))
    return select(nanMask(check + check1), Lanes(repeating: Float.infinity), greatest)
}

/// The greatest element of a vector in memory, which has no NaN.
@inline(__always)
private func greatestElement(_ vector: Source) -> Float {
    @inline(__always)
    func greater(_ x: Float, _ y: Float) -> Float { x > y ? x : y }
    // Four chains, so that each comparison waits for few others.
    var (a, b, c, d) = (vector[0], vector[1], vector[2], vector[3])
    for lane in stride(from: 4, to: laneCount, by: 4) {
        a = greater(vector[lane], a)
        b = greater(vector[lane + 1], b)
        c = greater(vector[lane + 2], c)
        d = greater(vector[lane + 3], d)
    }
    return greater(greater(a, b), greater(c, d))
}

/// The powers of one row, and what follows from its greatest element.
@inline(__always)
private func weigh(
    _ scores: Target, _ padded: Int, _ new: Float, _ maximum: Target, _ sum: Target,
    _ accumulator: Target, _ width: Int
) {
    if new == Float.infinity {
        Kernels.fillRow(scores, with: Float.nan, count: padded)
        sum[0] = Float.nan
        return
    }
    if new == -Float.infinity {
        Kernels.fillRow(scores, with: 0, count: padded)
        return
    }
    let old = maximum[0]
    let offsets = Lanes(repeating: new)
    var total = Lanes.zero
    var index = 0
    while index < padded {
        let weight = powerOfTwo(minus: offsets - load(scores + index))
        store(weight, scores + index)
        total += weight
        index += laneCount
    }
    if new != old {
        let factor = powerOfTwo(minus: Lanes(repeating: new - old))[0]
        sum[0] = multiplyAdd(sum[0], factor, horizontalSum(total))
        if factor > 0 {
            Kernels.scaleRow(accumulator, by: factor, count: width)
        } else {
            Kernels.fillRow(accumulator, with: 0, count: width)
        }
        maximum[0] = new
    } else {
        sum[0] += horizontalSum(total)
    }
}
