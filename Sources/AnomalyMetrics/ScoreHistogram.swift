/// How often scores fall into each of some bins of equal width, of anomalous samples and of flawless ones.
public struct ScoreHistogram: Hashable, Sendable {
    /// The lower end of the first bin.
    public let lowest: Float
    /// The upper end of the last bin, which belongs to it.
    public let highest: Float
    /// Flawless samples in each bin.
    public private(set) var normal: [Int]
    /// Anomalous samples in each bin.
    public private(set) var anomalous: [Int]

    /// Scores outside of the range count in the bin next to them.
    init(bins: Int, over range: ClosedRange<Float>) {
        lowest = range.lowerBound
        highest = range.upperBound
        normal = [Int](repeating: 0, count: max(1, bins))
        anomalous = normal
    }

    mutating func add(_ key: UInt32, normal count: Int = 0, anomalous found: Int = 0) {
        let width = Double(highest) - Double(lowest)
        let place = width > 0 ? (Double(ScoreKey.score(key)) - Double(lowest)) / width : 0
        // Compared before it is made a whole number: a score may be infinite.
        let bin = place <= 0 ? 0 : place >= 1 ? normal.count - 1 : Int(place * Double(normal.count))
        normal[bin] += count
        anomalous[bin] += found
    }
}

extension ClosedRange<Float> {
    /// Between the lowest and the highest of the keys, as far as they are finite.
    init(keys: [ClosedRange<UInt32>]) {
        let lowest = keys.map(\.lowerBound).min().map(ScoreKey.score) ?? 0
        let highest = keys.map(\.upperBound).max().map(ScoreKey.score) ?? 0
        let most = Float.greatestFiniteMagnitude
        self = Swift.min(Swift.max(lowest, -most), most)...Swift.min(Swift.max(highest, -most), most)
    }
}

extension PixelMetrics {
    /// The range of all scores so far, as far as they are finite.
    public var scoreRange: ClosedRange<Float> {
        ClosedRange(keys: [regions.keyRange, negatives.keyRange].compactMap(\.self))
    }

    /// How the scores of anomalous and of flawless pixels are spread.
    ///
    /// - Parameters:
    ///   - bins: how many, one at least.
    ///   - range: from the start of the first bin to the end of the last; nil is ``scoreRange``. Scores outside count in the
    ///     bin next to them.
    public func histogram(bins: Int = 64, over range: ClosedRange<Float>? = nil) -> ScoreHistogram {
        var histogram = ScoreHistogram(bins: bins, over: range ?? scoreRange)
        negatives.forEach { histogram.add($0, normal: $1) }
        regions.forEachPage { half, page in
            for (low, count) in zip(page.lows, page.counts) {
                histogram.add(UInt32(half) << 16 | UInt32(low), anomalous: count)
            }
        }
        return histogram
    }
}
