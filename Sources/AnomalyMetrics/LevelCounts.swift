/// Pixels of pictures, each picture for itself, counted between common thresholds, so that measures over any choice of the
/// pictures are quick to take.
///
/// The thresholds of a ``ScoreCurve`` over all pictures are good levels: they are dense where recall and false positives
/// grow. Scores between two of them count as equal.
public struct LevelCounts: Sendable {
    /// From the highest on.
    private let keys: [UInt32]
    /// `[pictures, levels]`; whole numbers, so that sums are exact.
    private var positives: [[Double]] = []
    private var negatives: [[Double]] = []

    /// No picture.
    ///
    /// - Parameter thresholds: of the levels, in any order; a score below all of them counts with the lowest.
    public init(thresholds: [Float]) {
        keys = Set(thresholds.filter { !$0.isNaN }.map(ScoreKey.key)).sorted(by: >)
    }

    /// How many pictures were added.
    public var pictures: Int { positives.count }
    /// How many levels there are.
    var levels: Int { keys.count }

    /// Adds one picture, or some that are always chosen together.
    public mutating func add(_ picture: PixelMetrics) {
        var (found, passed) = ([Double](repeating: 0, count: levels), [Double](repeating: 0, count: levels))
        guard levels > 0 else {
            positives.append([])
            return negatives.append([])
        }
        // Keys come from the highest on, as the levels do.
        var level = 0
        func place(_ key: UInt32) -> Int {
            while level + 1 < levels && keys[level] > key { level += 1 }
            return level
        }
        picture.negatives.forEach { key, count in passed[place(key)] += Double(count) }
        level = 0
        picture.regions.forEachPage { half, page in
            for (low, count) in zip(page.lows, page.counts) {
                found[place(UInt32(half) << 16 | UInt32(low))] += Double(count)
            }
        }
        // A picture without defect costs nothing where defects are added up.
        positives.append(found.contains { $0 > 0 } ? found : [])
        negatives.append(passed)
    }

    /// The pictures so often as `times` says, added up.
    func sum(of pictures: some Sequence<(picture: Int, times: Int)>) -> LevelSum {
        var sum = LevelSum(levels: levels)
        for (picture, times) in pictures where times > 0 {
            sum.add(positives: positives[picture], negatives: negatives[picture], times: Double(times))
        }
        return sum
    }
}

/// Pixels by level, from the highest on.
struct LevelSum {
    private var positives: [Double]
    private var negatives: [Double]

    init(levels: Int) {
        positives = [Double](repeating: 0, count: levels)
        negatives = positives
    }

    mutating func add(positives found: [Double], negatives passed: [Double], times: Double) {
        Self.add(found, times, to: &positives)
        Self.add(passed, times, to: &negatives)
    }

    mutating func add(_ other: LevelSum) {
        add(positives: other.positives, negatives: other.negatives, times: 1)
    }

    private static func add(_ counts: [Double], _ times: Double, to sums: inout [Double]) {
        counts.withUnsafeBufferPointer { counts in
            sums.withUnsafeMutableBufferPointer { sums in
                for index in counts.indices { sums[index] += times * counts[index] }
            }
        }
    }

    /// Nil without positives or without negatives.
    var measures: RankMeasures<Double>? {
        let (all, rest) = (positives.reduce(0, +), negatives.reduce(0, +))
        guard all > 0 && rest > 0 else { return nil }
        var (found, passed, area, precision, f1) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for (new, tied) in zip(positives, negatives) {
            area += tied * (found + new / 2)
            found += new
            passed += tied
            if new > 0 {
                precision += new * found / (found + passed)
                f1 = max(f1, 2 * found / (found + passed + all))
            }
        }
        return RankMeasures(auroc: area / (all * rest), averagePrecision: precision / all, f1Maximum: f1)
    }
}

/// One thing for each of the three measures that depend on the order of the scores alone.
public struct RankMeasures<Value> {
    /// Of the area under the receiver operating curve.
    public var auroc: Value
    /// Of the average precision.
    public var averagePrecision: Value
    /// Of the largest F1.
    public var f1Maximum: Value

    /// Each by itself.
    public init(auroc: Value, averagePrecision: Value, f1Maximum: Value) {
        (self.auroc, self.averagePrecision, self.f1Maximum) = (auroc, averagePrecision, f1Maximum)
    }

    /// Each through `transform`.
    public func map<Result>(_ transform: (Value) -> Result) -> RankMeasures<Result> {
        RankMeasures<Result>(
            auroc: transform(auroc), averagePrecision: transform(averagePrecision), f1Maximum: transform(f1Maximum))
    }
}

extension RankMeasures: Sendable where Value: Sendable {}
extension RankMeasures: Equatable where Value: Equatable {}
extension RankMeasures: Hashable where Value: Hashable {}
