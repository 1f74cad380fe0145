/// Measures of one score a picture against its label. All are 0...1, and nil where one of the two labels is missing.
public struct ImageMetrics: Hashable, Sendable {
    /// Area under the receiver operating curve; ties count half.
    public let auroc: Double?
    /// Sum of precision times gained recall over the distinct thresholds, without interpolation.
    public let averagePrecision: Double?
    /// The best F1 over all thresholds.
    public let f1Maximum: F1Maximum?

    /// Measures scores against labels.
    ///
    /// - Parameters:
    ///   - scores: one for each picture, higher meaning more anomalous.
    ///   - labels: whether the picture is anomalous.
    /// - Throws: `MetricsError` for another number of labels than of scores, or a score that is not a number.
    public init(scores: [Float], labels: [Bool]) throws(MetricsError) {
        if scores.count != labels.count { throw .countsDiffer(scores: scores.count, labels: labels.count) }
        if let index = scores.firstIndex(where: \.isNaN) { throw .notANumber(index: index) }
        var positives = PositiveScores()
        let anomalous = labels.count { $0 }
        _ = positives.addRegions(areas: [anomalous])
        for (score, label) in zip(scores, labels) where label {
            positives.add(key: ScoreKey.key(score), region: 0)
        }
        guard anomalous > 0 && anomalous < labels.count else {
            auroc = nil
            averagePrecision = nil
            f1Maximum = nil
            return
        }
        var tally = NegativeTally(positives.thresholds())
        for (score, label) in zip(scores, labels) where !label { tally.add(key: ScoreKey.key(score)) }
        let sweep = CurveSweep(tally, positives: anomalous, negatives: labels.count - anomalous)
        auroc = sweep.auroc
        averagePrecision = sweep.averagePrecision
        f1Maximum = sweep.f1
    }
}
