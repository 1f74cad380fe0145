/// Region overlap as many papers compute it: coarse thresholds, and a rescaled rate axis.
///
/// 200 thresholds `minimum + i * (maximum - minimum) / 200` over the scores of the whole class; a pixel counts as found
/// where its score is above the threshold, not at it. Points with a false positive rate below 0.3 are kept, their rates
/// stretched to 0...1, and the trapezoids under the mean recall over regions added up. Use it to compare with published
/// tables only: it is biased wherever most thresholds fall outside the kept rates.
struct CoarseHistogram {
    static let thresholdCount = 200
    private static let limit = 0.3

    private let thresholds: [Double]
    /// How many thresholds the last score exceeded: scores come from the highest on.
    private var exceeded = thresholdCount
    /// Negatives that exceed exactly n thresholds.
    private var negatives = [Int](repeating: 0, count: thresholdCount + 1)
    /// What the sum over regions of the found share gains from scores that exceed exactly n thresholds.
    private var shares = [Double](repeating: 0, count: thresholdCount + 1)

    init(lowest: Float, highest: Float) {
        let step = (Double(highest) - Double(lowest)) / Double(Self.thresholdCount)
        thresholds =
            step > 0 && step.isFinite ? (0..<Self.thresholdCount).map { Double(lowest) + Double($0) * step } : []
        if thresholds.isEmpty { exceeded = 0 }
    }

    /// - Parameter score: not above any score before it.
    @inline(__always)
    mutating func addNegatives(_ score: Float, count: Int) {
        descend(to: score)
        negatives[exceeded] += count
    }

    /// - Parameter score: not above any score before it.
    mutating func addPositives(_ score: Float, share: Double) {
        descend(to: score)
        shares[exceeded] += share
    }

    @inline(__always)
    private mutating func descend(to score: Float) {
        while exceeded > 0 && thresholds[exceeded - 1] >= Double(score) { exceeded -= 1 }
    }

    func overlap(regions: Int) -> Measure {
        let total = Double(negatives.reduce(0, +))
        var points: [(rate: Double, overlap: Double)] = []
        var (found, overlap) = (0, 0.0)
        for index in thresholds.indices.reversed() {
            found += negatives[index + 1]
            overlap += shares[index + 1] / Double(regions)
            let rate = Double(found) / total
            if rate < Self.limit { points.append((rate, overlap)) }
        }
        guard let first = points.first, let last = points.last, last.rate > first.rate else {
            return .undefined(.tooFewPoints)
        }
        let area = zip(points, points.dropFirst()).reduce(0) { area, pair in
            area + (pair.1.rate - pair.0.rate) * (pair.0.overlap + pair.1.overlap) / 2
        }
        // Shares add up to a little more than 1 where every region was found: by rounding alone.
        return .defined(min(1, area / (last.rate - first.rate)))
    }
}
