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
}

/// One walk down the thresholds that yields every exact measure.
///
/// Between two distinct scores of positives, true positives and region overlap stand still, so the areas are
/// rectangles there and need only the number of negatives; where negatives share the score of positives, the areas are
/// trapezoids.
struct CurveSweep {
    /// The false positive rate up to which region overlap is integrated.
    static let overlapLimit = 0.3

    private(set) var auroc = 0.0
    private(set) var averagePrecision = 0.0
    private(set) var overlapArea = 0.0
    private(set) var f1 = F1Maximum(value: 0, threshold: 0, precision: 0, recall: 0)

    /// - Precondition: there are positives and negatives.
    init(_ tally: NegativeTally, positives: Int, negatives: Int) {
        let table = tally.table
        let (allPositives, allNegatives) = (Double(positives), Double(negatives))
        var (truePositives, falsePositives) = (0, 0)
        var overlap = 0.0
        for entry in table.keys.indices {
            let skipped = tally.between[entry]
            auroc += Double(skipped) * Double(truePositives)
            addOverlap(from: falsePositives, by: skipped, of: allNegatives, height: overlap, to: overlap)
            falsePositives += skipped

            let (found, tied) = (table.counts[entry], tally.equal[entry])
            auroc += Double(tied) * (Double(truePositives) + Double(found) / 2)
            let raised = overlap + table.recalls[entry]
            addOverlap(from: falsePositives, by: tied, of: allNegatives, height: overlap, to: raised)
            overlap = raised
            truePositives += found
            falsePositives += tied

            let precision = Double(truePositives) / Double(truePositives + falsePositives)
            averagePrecision += Double(found) / allPositives * precision
            let value = 2 * Double(truePositives) / Double(truePositives + falsePositives + positives)
            if value > f1.value {
                f1 = F1Maximum(
                    value: value, threshold: ScoreKey.score(table.keys[entry]), precision: precision,
                    recall: Double(truePositives) / allPositives)
            }
        }
        let last = tally.between[table.keys.count]
        auroc = (auroc + Double(last) * allPositives) / (allPositives * allNegatives)
        addOverlap(from: falsePositives, by: last, of: allNegatives, height: 1, to: 1)
        overlapArea /= Self.overlapLimit
    }

    /// Adds the trapezoid over the next `count` negatives, cut at the limit by linear interpolation.
    private mutating func addOverlap(
        from start: Int, by count: Int, of negatives: Double, height: Double, to end: Double
    ) {
        let first = Double(start) / negatives
        let width = Double(count) / negatives
        guard count > 0 && first < Self.overlapLimit else { return }
        let kept = min(width, Self.overlapLimit - first)
        overlapArea += kept * (height + (end - height) * (kept / width) / 2)
    }
}
