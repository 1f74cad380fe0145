/// The largest F1 over all thresholds.
public struct F1Maximum: Hashable, Sendable {
    /// `2 TP / (TP + FP + P)`.
    public let value: Double
    /// Positive means a score of at least this; the highest such threshold where several reach the maximum.
    public let threshold: Float
    /// At the threshold, 0...1.
    public let precision: Double
    /// At the threshold, 0...1.
    public let recall: Double
    /// Shared over joint area at the threshold, `TP / (FP + P)`.
    public let intersectionOverUnion: Double
}

/// One walk down the thresholds that yields every exact measure.
///
/// Between two distinct scores of positives, true positives and region overlap stand still, so the areas are
/// rectangles there and need only the number of negatives; where negatives share the score of positives, the areas are
/// trapezoids.
struct CurveSweep {
    private let positives: Int
    private let regions: Double
    private let allPositives: Double
    private let allNegatives: Double
    private var truePositives = 0
    private var falsePositives = 0
    private var overlap = 0.0
    /// Negatives since the last positive.
    private var skipped = 0

    private(set) var auroc = 0.0
    private(set) var averagePrecision = 0.0
    private(set) var overlaps = [OverlapArea(limit: 0.3), OverlapArea(limit: 0.05)]
    private(set) var f1 = F1Maximum(value: 0, threshold: 0, precision: 0, recall: 0, intersectionOverUnion: 0)
    /// How far the measures can lie from those of scores that were rounded to these.
    private(set) var bounds = SweepBounds()

    /// - Parameters:
    ///   - positives: how many will come, at least one.
    ///   - negatives: how many will come, at least one.
    ///   - regions: how many the shares will add up to.
    init(positives: Int, negatives: Int, regions: Int) {
        self.positives = positives
        self.regions = Double(regions)
        allPositives = Double(positives)
        allNegatives = Double(negatives)
    }

    /// Negatives with scores of no positive.
    @inline(__always)
    mutating func pass(negatives count: Int) { skipped += count }

    /// The next lower score that positives have.
    ///
    /// - Parameters:
    ///   - found: positives with this score, at least one.
    ///   - share: what the sum over regions of the found share gains.
    ///   - tied: negatives with this score.
    mutating func step(_ key: UInt32, positives found: Int, share: Double, negatives tied: Int) {
        passSkipped()
        auroc += Double(tied) * (Double(truePositives) + Double(found) / 2)
        let raised = overlap + share / regions
        let rate = (Double(falsePositives) / allNegatives, Double(tied) / allNegatives)
        for index in overlaps.indices { overlaps[index].add(from: rate.0, width: rate.1, overlap, raised) }
        bounds.add(
            (truePositives, falsePositives), (found, tied), positives: positives)
        overlap = raised
        truePositives += found
        falsePositives += tied

        let precision = Double(truePositives) / Double(truePositives + falsePositives)
        averagePrecision += Double(found) / allPositives * precision
        let value = 2 * Double(truePositives) / Double(truePositives + falsePositives + positives)
        if value > f1.value {
            f1 = F1Maximum(
                value: value, threshold: ScoreKey.score(key), precision: precision,
                recall: Double(truePositives) / allPositives,
                intersectionOverUnion: Double(truePositives) / Double(falsePositives + positives))
        }
    }

    private mutating func passSkipped() {
        guard skipped > 0 else { return }
        auroc += Double(skipped) * Double(truePositives)
        let rate = (Double(falsePositives) / allNegatives, Double(skipped) / allNegatives)
        for index in overlaps.indices { overlaps[index].add(from: rate.0, width: rate.1, overlap, overlap) }
        falsePositives += skipped
        skipped = 0
    }

    /// To be called behind the last score.
    mutating func finish() {
        // Below the last positive every region is found: rounding must not say otherwise.
        overlap = 1
        passSkipped()
        auroc /= allPositives * allNegatives
        bounds.finish(positives: allPositives, negatives: allNegatives)
    }
}

/// The area under region overlap, over false positive rates from 0 to a limit.
struct OverlapArea {
    let limit: Double
    private var area = 0.0
    private var lower = 0.0
    private var upper = 0.0

    init(limit: Double) { self.limit = limit }

    /// Adds a trapezoid, cut at the limit by linear interpolation.
    mutating func add(from rate: Double, width: Double, _ start: Double, _ end: Double) {
        guard width > 0 && rate < limit else { return }
        let kept = min(width, limit - rate)
        area += kept * (start + (end - start) * (kept / width) / 2)
        lower += kept * start
        upper += kept * end
    }

    /// 0...1.
    var value: Double { area / limit }

    /// Of scores that were rounded, whatever they were.
    var range: ClosedRange<Double> { min(lower / limit, value)...max(upper / limit, value) }
}

/// The least and the most that measures could be if pixels with equal scores came in any order.
struct SweepBounds {
    private(set) var auroc = 0.0
    private(set) var precision = (least: 0.0, most: 0.0)
    private(set) var f1 = 0.0

    mutating func add(_ before: (Int, Int), _ here: (positives: Int, negatives: Int), positives: Int) {
        let (found, passed) = (Double(before.0), Double(before.1))
        let (new, tied) = (Double(here.positives), Double(here.negatives))
        auroc += new * tied / 2
        precision.least += new * (found + 1) / (found + 1 + passed + tied)
        precision.most += new * (found + new) / (found + new + passed)
        f1 = max(f1, 2 * (found + new) / (found + new + passed + Double(positives)))
    }

    mutating func finish(positives: Double, negatives: Double) {
        auroc /= positives * negatives
        precision.least /= positives
        precision.most /= positives
    }
}
