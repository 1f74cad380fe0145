/// Region overlap as many papers compute it: coarse thresholds, and a rescaled rate axis.
///
/// 200 thresholds `minimum + i * (maximum - minimum) / 200` over the scores of the whole class; a pixel counts as found
/// where its score is above the threshold, not at it. Points with a false positive rate below 0.3 are kept, their rates
/// stretched to 0...1, and the trapezoids under the mean recall over regions added up. Use it to compare with published
/// tables only: it is biased wherever most thresholds fall outside the kept rates.
public struct CompatibleOverlap: Hashable, Sendable {
    /// 0...1; 0 where it is degenerate.
    public let value: Double
    /// Fewer than two points were kept, or all at the same rate: the value says nothing.
    public let isDegenerate: Bool

    /// No value.
    static let degenerate = CompatibleOverlap(value: 0, isDegenerate: true)
}

/// Counts pixels by how many of the 200 thresholds they exceed.
struct CoarseHistogram {
    static let thresholdCount = 200

    private let thresholds: [Double]
    private let minimum: Double
    private let step: Double
    /// Negatives that exceed exactly n thresholds.
    private var negatives = [Int](repeating: 0, count: thresholdCount + 1)
    /// Share of the mean recall of the positives that exceed exactly n thresholds.
    private var recalls = [Double](repeating: 0, count: thresholdCount + 1)

    init(minimum: Float, maximum: Float) {
        self.minimum = Double(minimum)
        let step = (Double(maximum) - Double(minimum)) / Double(Self.thresholdCount)
        self.step = step
        thresholds = (0..<Self.thresholdCount).map { Double(minimum) + Double($0) * step }
    }

    mutating func addNegative(_ score: Float) { negatives[exceeded(by: score)] += 1 }

    mutating func addPositive(_ score: Float, share: Double) { recalls[exceeded(by: score)] += share }

    /// The number of thresholds below `score`.
    private func exceeded(by score: Float) -> Int {
        let value = Double(score)
        guard step > 0 && step.isFinite else { return 0 }
        var count = Int(max(0, min(Double(Self.thresholdCount), (value - minimum) / step)))
        // The quotient is rounded, the comparison is not.
        while count > 0 && thresholds[count - 1] >= value { count -= 1 }
        while count < Self.thresholdCount && thresholds[count] < value { count += 1 }
        return count
    }

    func overlap() -> CompatibleOverlap {
        let total = Double(negatives.reduce(0, +))
        var points: [(rate: Double, overlap: Double)] = []
        var (found, overlap) = (0, 0.0)
        for index in stride(from: Self.thresholdCount - 1, through: 0, by: -1) {
            found += negatives[index + 1]
            overlap += recalls[index + 1]
            let rate = Double(found) / total
            if rate < CurveSweep.overlapLimit { points.append((rate, overlap)) }
        }
        guard step > 0, let first = points.first, let last = points.last, last.rate > first.rate else {
            return .degenerate
        }
        let area = zip(points, points.dropFirst()).reduce(0) { area, pair in
            area + (pair.1.rate - pair.0.rate) * (pair.0.overlap + pair.1.overlap) / 2
        }
        return CompatibleOverlap(value: area / (last.rate - first.rate), isDegenerate: false)
    }
}
