import Tensors

/// One Float for each pixel, `[height, width]`, row-major: anomaly scores, probabilities or logits.
public struct ScoreMap: Hashable, Sendable {
    /// Width and height in pixels.
    public let size: ImageSize
    /// The scores, row by row.
    public private(set) var values: [Float]

    /// - Precondition: `values` holds `width * height` entries.
    public init(size: ImageSize, values: [Float]) {
        require(
            values.count == size.pixelCount, "ScoreMap: \(size) needs \(size.pixelCount) values, got \(values.count)")
        self.size = size
        self.values = values
    }

    /// A map of one value.
    public init(size: ImageSize, repeating value: Float) {
        self.init(size: size, values: [Float](repeating: value, count: size.pixelCount))
    }

    /// - Precondition: the pixel lies inside the map.
    public subscript(x x: Int, y y: Int) -> Float {
        get { values[index(x: x, y: y)] }
        set { values[index(x: x, y: y)] = newValue }
    }

    /// Multiplies each value by that of the same pixel in `weights` and by `factor`, to `limit` at most, in place.
    ///
    /// - Precondition: both have one size.
    package mutating func multiply(by weights: ScoreRows, _ factor: Float, atMost limit: Float) {
        require(weights.size == size, "multiply: weights of \(weights.size) for a map of \(size)")
        values.withUnsafeMutableBufferPointer { values in
            weights.forEachRow(in: 0..<size.height) { y, row in
                let start = y * row.count
                for x in 0..<row.count { values[start + x] = min(values[start + x] * row[x] * factor, limit) }
            }
        }
    }

    /// Smallest and largest value; nil for a map without pixels or with a value that is not a number.
    public var range: ClosedRange<Float>? {
        guard var lowest = values.first else { return nil }
        var highest = lowest
        for value in values {
            if value.isNaN { return nil }
            lowest = min(lowest, value)
            highest = max(highest, value)
        }
        return lowest...highest
    }

    /// The pixels whose score is at least `threshold`.
    public func mask(atLeast threshold: Float) -> Mask {
        Mask(
            size: size,
            values: [Bool](unsafeUninitializedCapacity: values.count) { output, initialized in
                values.withUnsafeBufferPointer { values in
                    for index in 0..<values.count { output[index] = values[index] >= threshold }
                }
                initialized = values.count
            })
    }

    /// Mean score over the pixels of `mask`, summed in Double; nil where the mask is empty.
    public func mean(over mask: Mask) -> Float? {
        require(size == mask.size, "ScoreMap.mean: the map is \(size), the mask \(mask.size)")
        var (sum, count) = (0.0, 0)
        values.withUnsafeBufferPointer { values in
            for y in 0..<size.height {
                mask.forEachRun(ofRow: y) { run in
                    for x in run { sum += Double(values[y * size.width + x]) }
                    count += run.count
                }
            }
        }
        return count == 0 ? nil : Float(sum / Double(count))
    }

    /// Every value through `transform`.
    public func map(_ transform: (Float) -> Float) -> ScoreMap {
        ScoreMap(size: size, values: values.map(transform))
    }

    private func index(x: Int, y: Int) -> Int {
        require(
            x >= 0 && x < size.width && y >= 0 && y < size.height, "ScoreMap: pixel (\(x), \(y)) is outside \(size)")
        return y * size.width + x
    }
}
