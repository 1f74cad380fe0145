// One line of a separable resampling with a table of taps.

extension Kernels {
    /// `out[column] = sum over k of weights[column * taps + k] * source[first[column] + k]`, `k < lengths[column]`.
    static func resampleRow(
        _ out: Target, _ source: Source, first: UnsafePointer<Int32>, lengths: UnsafePointer<Int32>, weights: Source,
        taps: Int, count: Int
    ) {
        for column in 0..<count {
            let line = source + Int(first[column])
            let factors = weights + column * taps
            var sum: Float = 0
            for tap in 0..<Int(lengths[column]) { sum = multiplyAdd(line[tap], factors[tap], sum) }
            out[column] = sum
        }
    }

    /// The same down the columns: `out = sum over k of weights[k] * (row k of source)`.
    static func blendRows(
        _ out: Target, _ source: Source, stride sourceStride: Int, weights: Source, taps: Int, count: Int
    ) {
        var index = 0
        while index + laneCount <= count {
            var sum = Lanes.zero
            for tap in 0..<taps {
                sum = multiplyAdd(load(source + tap * sourceStride + index), Lanes(repeating: weights[tap]), sum)
            }
            store(sum, out + index)
            index += laneCount
        }
        while index < count {
            var sum: Float = 0
            for tap in 0..<taps { sum = multiplyAdd(source[tap * sourceStride + index], weights[tap], sum) }
            out[index] = sum
            index += 1
        }
    }

    /// For each pixel the answer of the filter that answers most strongly, of equal ones the first:
    /// `sum over k of weights[f, k] * source[x + places[f, k]]` with the largest magnitude over f.
    static func strongestRow(
        _ out: Target, _ source: Source, places: UnsafePointer<Int32>, weights: Source, filters: Int, taps: Int,
        count: Int
    ) {
        var index = 0
        while index + laneCount <= count {
            var best = Lanes.zero
            for filter in 0..<filters {
                var sum = Lanes.zero
                for tap in filter * taps..<(filter + 1) * taps {
                    sum = multiplyAdd(load(source + index + Int(places[tap])), Lanes(repeating: weights[tap]), sum)
                }
                best = select(signMask(magnitudeBits(best) &- magnitudeBits(sum)), sum, best)
            }
            store(best, out + index)
            index += laneCount
        }
        while index < count {
            var best: Float = 0
            for filter in 0..<filters {
                var sum: Float = 0
                for tap in filter * taps..<(filter + 1) * taps {
                    sum = multiplyAdd(source[index + Int(places[tap])], weights[tap], sum)
                }
                if sum.magnitude > best.magnitude { best = sum }
            }
            out[index] = best
            index += 1
        }
    }
}
