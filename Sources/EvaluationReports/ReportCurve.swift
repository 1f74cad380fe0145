package import AnomalyMetrics

/// A curve and a distribution of scores as the report draws them: the pixels, or the pictures, of one class or of all.
package struct ReportCurve: Encodable {
    struct Histogram: Encodable {
        var low: Float
        var high: Float
        var normal: [Int]
        var anomalous: [Int]
    }

    /// Absent for all classes together.
    let className: String?
    /// Absent for the scores of pictures.
    let variant: String?
    private(set) var thresholds: [Float]?
    private(set) var truePositives: [Int]?
    private(set) var falsePositives: [Int]?
    private(set) var overlap: [Double]?
    private(set) var positives: Int?
    private(set) var negatives: Int?
    /// Why there is no curve; absent where there is one.
    private(set) var undefined: UndefinedMeasure?
    private(set) var histogram: Histogram?

    /// The curve of pixels under a variant.
    package init(_ pixels: PixelMetrics, of className: String?, by variant: String) {
        (self.className, self.variant) = (className, variant)
        add(pixels.curve())
        let spread = pixels.histogram()
        histogram = Histogram(
            low: spread.lowest, high: spread.highest, normal: spread.normal, anomalous: spread.anomalous)
    }

    /// The curve of the scores of pictures.
    package init(_ pictures: ImageScores, of className: String?) {
        (self.className, variant) = (className, nil)
        add(pictures.curve())
    }

    private mutating func add(_ measured: Measured<ScoreCurve>) {
        undefined = measured.reason
        guard let curve = measured.value else { return }
        thresholds = curve.points.map(\.threshold)
        truePositives = curve.points.map(\.truePositives)
        falsePositives = curve.points.map(\.falsePositives)
        // Finer than a page can show, and shorter.
        overlap = curve.points.map { ($0.overlap * 1e6).rounded() / 1e6 }
        (positives, negatives) = (curve.positives, curve.negatives)
    }

    /// Whether it has points.
    package var isDefined: Bool { thresholds != nil }
}
