// One line of a separable resampling with a table of taps.

/// `out[column] = sum over k of weights[column * taps + k] * source[first[column] + k]`, `k < lengths[column]`.
public func resampleRow(
    _ out: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, _ first: UnsafePointer<Int32>,
    _ lengths: UnsafePointer<Int32>, _ weights: UnsafePointer<Float>, _ taps: Int, _ count: Int
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
public func blendRows(
    _ out: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, _ sourceStride: Int,
    _ weights: UnsafePointer<Float>, _ taps: Int, _ count: Int
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
