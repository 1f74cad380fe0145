/// Pixel measures pooled over the pictures of one class. All are 0...1, and undefined where the class has no positive or no
/// negative pixel.
public struct PixelSummary: Hashable, Sendable {
    /// Area under the receiver operating curve; ties count half.
    public let auroc: Measure
    /// Sum of precision times gained recall over the distinct thresholds, without interpolation.
    public let averagePrecision: Measure
    /// The best F1 over all thresholds.
    public let f1Maximum: Measured<F1Maximum>
    /// Mean recall over all truth regions, integrated exactly over false positive rates 0...0.3 and divided by 0.3.
    public let aupro: Measure
    /// The same over 0...0.05, divided by 0.05.
    public let aupro005: Measure
    /// The same idea in the coarse form of published tables, to compare with those only: 200 thresholds evenly spaced
    /// between the lowest and the highest score, points with a false positive rate below 0.3, and their rates stretched to
    /// 0...1. It is biased wherever most thresholds lie outside the kept rates.
    public let auproCompatible: Measure
    /// One for each budget.
    public let regionRecalls: [RegionRecall]

    /// Where the measures of the unrounded scores lie; nil where no score was rounded.
    public let ranges: MeasureRanges?

    /// How many pictures were added.
    public let pictures: Int
    /// Anomalous pixels of all pictures.
    public let positivePixels: Int
    /// Flawless pixels of all pictures.
    public let negativePixels: Int
    /// Connected truth regions, joined over edges and corners.
    public let regions: Int

    init(
        pictures: Int, regions: RegionScores, negatives: ScoreCounts, isRounded: Bool, recalls: [RegionRecall]
    ) {
        self.pictures = pictures
        positivePixels = regions.total
        negativePixels = negatives.total
        self.regions = regions.count
        regionRecalls = recalls
        if let missing = UndefinedMeasure(positives: regions.total, negatives: negatives.total) {
            auroc = .undefined(missing)
            averagePrecision = .undefined(missing)
            f1Maximum = .undefined(missing)
            aupro = .undefined(missing)
            aupro005 = .undefined(missing)
            auproCompatible = .undefined(missing)
            ranges = nil
            return
        }
        let walk = CurveWalk.of(regions: regions, negatives: negatives)
        let sweep = walk.sweep
        auroc = .defined(sweep.auroc)
        averagePrecision = .defined(sweep.averagePrecision)
        f1Maximum = .defined(sweep.f1)
        aupro = .defined(sweep.overlaps[0].value)
        aupro005 = .defined(sweep.overlaps[1].value)
        auproCompatible = walk.coarse?.overlap(regions: regions.count) ?? .undefined(.tooFewPoints)
        ranges = isRounded ? MeasureRanges(sweep) : nil
    }
}

/// Ranges in which measures lie whose scores were rounded to a ``ScoreGrid``: whatever the order of the scores that became
/// equal, the measure is not outside.
public struct MeasureRanges: Hashable, Sendable {
    /// Of ``PixelSummary/auroc``.
    public let auroc: ClosedRange<Double>
    /// Of ``PixelSummary/averagePrecision``.
    public let averagePrecision: ClosedRange<Double>
    /// Of the value of ``PixelSummary/f1Maximum``.
    public let f1Maximum: ClosedRange<Double>
    /// Of ``PixelSummary/aupro``.
    public let aupro: ClosedRange<Double>
    /// Of ``PixelSummary/aupro005``.
    public let aupro005: ClosedRange<Double>

    init(_ sweep: CurveSweep) {
        let bounds = sweep.bounds
        auroc = sweep.auroc - bounds.auroc...sweep.auroc + bounds.auroc
        averagePrecision =
            min(bounds.precision.least, sweep.averagePrecision)...max(bounds.precision.most, sweep.averagePrecision)
        f1Maximum = sweep.f1.value...max(bounds.f1, sweep.f1.value)
        aupro = sweep.overlaps[0].range
        aupro005 = sweep.overlaps[1].range
    }
}
