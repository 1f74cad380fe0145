/// Measures of one score a picture against its label. All are 0...1, and undefined where one of the two labels is missing.
public struct ImageMetrics: Hashable, Sendable {
    /// Area under the receiver operating curve; ties count half.
    public let auroc: Measure
    /// Sum of precision times gained recall over the distinct thresholds, without interpolation.
    public let averagePrecision: Measure
    /// The best F1 over all thresholds.
    public let f1Maximum: Measured<F1Maximum>
    /// How many pictures are anomalous.
    public let positives: Int
    /// How many are not.
    public let negatives: Int
}

/// Collects one score a picture with its label.
///
/// What was collected of parts of a data set is joined with ``merge(_:)``, in any order and to the last bit, and kept with
/// ``bytes``.
public struct ImageScores: Sendable {
    private(set) var positives = ScoreCounts()
    private(set) var negatives = ScoreCounts()

    /// No picture.
    public init() {}

    /// Adds a picture.
    ///
    /// - Parameters:
    ///   - score: higher means more anomalous; on one scale for all pictures.
    ///   - isAnomalous: the picture's label.
    /// - Throws: ``MetricsError/notANumber(index:)`` with the number of pictures before this one; nothing is added then.
    public mutating func add(_ score: Float, isAnomalous: Bool) throws(MetricsError) {
        guard !score.isNaN else { throw .notANumber(index: positives.total + negatives.total) }
        if isAnomalous { positives.add(ScoreKey.key(score)) } else { negatives.add(ScoreKey.key(score)) }
    }

    /// Adds what was collected elsewhere of other pictures.
    public mutating func merge(_ other: ImageScores) {
        positives.add(other.positives)
        negatives.add(other.negatives)
    }

    /// The measures over everything added so far.
    public func summary() -> ImageMetrics {
        if let missing = UndefinedMeasure(positives: positives.total, negatives: negatives.total) {
            return ImageMetrics(
                auroc: .undefined(missing), averagePrecision: .undefined(missing), f1Maximum: .undefined(missing),
                positives: positives.total, negatives: negatives.total)
        }
        let sweep = CurveWalk.of(positives: positives, negatives: negatives).sweep
        return ImageMetrics(
            auroc: .defined(sweep.auroc), averagePrecision: .defined(sweep.averagePrecision),
            f1Maximum: .defined(sweep.f1), positives: positives.total, negatives: negatives.total)
    }

    // MARK: As bytes

    /// Stands at the beginning of stored scores, with the version of their form.
    private static let mark: [UInt8] = Array("VitrineScores".utf8) + [1]

    /// Everything collected so far, to be stored. Equal contents are equal bytes, in whichever order they came together.
    public var bytes: [UInt8] { Self.mark + positives.bytes + negatives.bytes }

    /// What was stored.
    ///
    /// - Throws: `MetricsError` for bytes that ``bytes`` does not give.
    public init(bytes: [UInt8]) throws(MetricsError) {
        guard bytes.starts(with: Self.mark) else { throw .damagedState(byteOffset: 0) }
        var reader = KeyRunReader(bytes, from: Self.mark.count)
        positives = try ScoreCounts(reading: &reader)
        negatives = try ScoreCounts(reading: &reader)
        guard reader.isAtEnd else { throw .damagedState(byteOffset: reader.position) }
    }
}
