/// Pixel measures pooled over the pictures of one class. All are 0...1, and nil where the class has no positive or no
/// negative pixel.
public struct PixelSummary: Hashable, Sendable {
    /// Area under the receiver operating curve; ties count half.
    public let auroc: Double?
    /// Sum of precision times gained recall over the distinct thresholds, without interpolation.
    public let averagePrecision: Double?
    /// The best F1 over all thresholds.
    public let f1Maximum: F1Maximum?
    /// Mean recall over all truth regions, integrated exactly over false positive rates 0...0.3 and divided by 0.3.
    public let auproExact: Double?
    /// The same idea in the coarse form of published tables.
    public let auproCompatible: CompatibleOverlap?

    /// How many pictures were added.
    public let pictures: Int
    /// Anomalous pixels of all pictures.
    public let positivePixels: Int
    /// Flawless pixels of all pictures.
    public let negativePixels: Int
    /// Connected truth regions, joined over edges and corners.
    public let regions: Int

    init(
        pictures: Int, positives: PositiveScores, negatives: Int, range: ClosedRange<Float>?,
        forEachNegative: ((UInt32) -> Void) throws -> Void
    ) rethrows {
        self.pictures = pictures
        positivePixels = positives.count
        negativePixels = negatives
        regions = positives.areas.count
        guard positives.count > 0, negatives > 0, let range else {
            auroc = nil
            averagePrecision = nil
            f1Maximum = nil
            auproExact = nil
            auproCompatible = nil
            return
        }
        var tally = NegativeTally(positives.thresholds())
        var histogram = CoarseHistogram(minimum: range.lowerBound, maximum: range.upperBound)
        positives.forEach { score, share in histogram.addPositive(score, share: share) }
        try forEachNegative { key in
            tally.add(key: key)
            histogram.addNegative(ScoreKey.score(key))
        }
        let sweep = CurveSweep(tally, positives: positives.count, negatives: negatives)
        auroc = sweep.auroc
        averagePrecision = sweep.averagePrecision
        f1Maximum = sweep.f1
        auproExact = sweep.overlapArea
        auproCompatible = histogram.overlap()
    }
}
