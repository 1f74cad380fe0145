/// What is found at each of some thresholds: one walk down the scores, from which the receiver operating curve, precision
/// against recall, and region overlap are drawn.
///
/// The number of points is bounded, whatever the number of scores. Between two neighbouring points the false positive rate,
/// the recall and the region overlap together grow by less than `8 / (limit - 2)`, unless no score lies between them, where
/// the straight line is the curve. So the area under the lines differs from ``PixelSummary/auroc`` by less than
/// `2 / (limit - 2)`: each piece is off by half its width times its height at most.
public struct ScoreCurve: Hashable, Sendable {
    /// The counts at a threshold.
    public struct Point: Hashable, Sendable {
        /// A score of at least this is found.
        public let threshold: Float
        /// Anomalous samples found.
        public let truePositives: Int
        /// Flawless samples found.
        public let falsePositives: Int
        /// Mean over the truth regions of the share that is found, 0...1. Of pictures it is the recall.
        public let overlap: Double
    }

    /// A place in a diagram.
    public struct Place: Hashable, Sendable {
        /// To the right, 0...1.
        public let x: Double
        /// Upwards, 0...1.
        public let y: Double
    }

    /// Thresholds from the highest on. The last is the lowest score; one is that of the largest F1.
    public let points: [Point]
    /// Anomalous samples in all, at least one.
    public let positives: Int
    /// Flawless samples in all, at least one.
    public let negatives: Int

    /// Recall over false positive rate, from 0, 0 to 1, 1.
    public var receiverOperating: [Place] { origin + points.map { Place(x: rate($0), y: recall($0)) } }

    /// Precision over recall, one place for each point. ``PixelSummary/averagePrecision`` is the area under steps: each
    /// place's precision times what its recall adds.
    public var precisionRecall: [Place] {
        points.map { point in
            Place(
                x: recall(point),
                y: Double(point.truePositives) / Double(point.truePositives + point.falsePositives))
        }
    }

    /// Mean found share of the truth regions over false positive rate, from 0, 0 to 1, 1.
    public var regionOverlap: [Place] { origin + points.map { Place(x: rate($0), y: $0.overlap) } }

    private var origin: [Place] { [Place(x: 0, y: 0)] }
    private func rate(_ point: Point) -> Double { Double(point.falsePositives) / Double(negatives) }
    private func recall(_ point: Point) -> Double { Double(point.truePositives) / Double(positives) }
}

extension PixelMetrics {
    /// The curves over everything added so far; undefined where the measures are.
    ///
    /// - Parameter limit: of the number of points, three at least.
    public func curve(limit: Int = 300) -> Measured<ScoreCurve> {
        if let missing = UndefinedMeasure(positives: regions.total, negatives: negatives.total) {
            return .undefined(missing)
        }
        return CurveWalk.curve(regions: regions, negatives: negatives, limit: limit).map { .defined($0) }
            ?? .undefined(.empty)
    }
}

extension ImageScores {
    /// The curves over everything added so far; undefined where the measures are.
    ///
    /// - Parameter limit: of the number of points, three at least.
    public func curve(limit: Int = 300) -> Measured<ScoreCurve> {
        if let missing = UndefinedMeasure(positives: positives.total, negatives: negatives.total) {
            return .undefined(missing)
        }
        return CurveWalk.of(positives: positives, negatives: negatives, limit: limit).thinning
            .map { .defined($0.curve) } ?? .undefined(.empty)
    }
}
