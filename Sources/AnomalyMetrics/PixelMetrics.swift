public import Imaging

/// Collects score maps and their truth, and measures them together.
///
/// ```swift
/// var metrics = PixelMetrics()
/// try metrics.add(map: map, truth: mask)      // once a picture; nil for a flawless one
/// print(metrics.summary().auroc ?? "undefined")
/// ```
/// Pixels of all pictures are ranked together, so maps must not be scaled picture by picture. Keeps 4 bytes for each
/// negative pixel and 8 for each positive one; `PixelMetrics.summary(of:sample:)` does with the positive ones.
public struct PixelMetrics: Sendable {
    private var survey = PixelSurvey()
    private var negatives: [UInt32] = []

    /// No picture.
    public init() {}

    /// Adds one picture.
    ///
    /// - Parameters:
    ///   - map: any finite scale, higher meaning more anomalous; the same scale for all pictures.
    ///   - truth: the anomalous pixels, in the map's raster; nil where there are none.
    /// - Throws: `MetricsError` for sizes that differ or a score that is not a number; nothing is added then.
    public mutating func add(map: ScoreMap, truth: Mask?) throws(MetricsError) {
        try survey.add(map: map, truth: truth)
        PixelSurvey.forEachNegative(map: map, truth: truth) { negatives.append($0) }
    }

    /// The measures over everything added so far.
    public func summary() -> PixelSummary {
        survey.summary { body in
            for key in negatives { body(key) }
        }
    }

    /// Measures pictures that are computed or read twice, with memory for the positive pixels only.
    ///
    /// - Parameters:
    ///   - count: pictures.
    ///   - sample: gives map and truth of a picture; called for 0..<count, twice over. It must give the same both times.
    /// - Throws: what `sample` throws, and `MetricsError` as ``add(map:truth:)`` does.
    public static func summary(
        of count: Int, sample: (Int) throws -> (map: ScoreMap, truth: Mask?)
    ) throws -> PixelSummary {
        var survey = PixelSurvey()
        for index in 0..<count {
            let (map, truth) = try sample(index)
            try survey.add(map: map, truth: truth)
        }
        return try survey.summary { body in
            for index in 0..<count {
                let (map, truth) = try sample(index)
                PixelSurvey.forEachNegative(map: map, truth: truth, body)
            }
        }
    }
}

/// The first pass over the pictures: positives, regions, counts and the range of scores.
struct PixelSurvey {
    private var positives = PositiveScores()
    private var pictures = 0
    private var negatives = 0
    private var range: ClosedRange<Float>?

    mutating func add(map: ScoreMap, truth: Mask?) throws(MetricsError) {
        if let truth, truth.size != map.size { throw .sizesDiffer(map: map.size, truth: truth.size) }
        if let index = map.values.firstIndex(where: \.isNaN) { throw .notANumber(index: index) }
        pictures += 1
        if let own = map.range {
            let known = range ?? own
            range = min(known.lowerBound, own.lowerBound)...max(known.upperBound, own.upperBound)
        }
        guard let truth else {
            negatives += map.values.count
            return
        }
        let regions = ConnectedComponents.label(truth)
        let first = positives.addRegions(areas: regions.components.map(\.area))
        var found = 0
        for (score, label) in zip(map.values, regions.labels) where label != 0 {
            positives.add(key: ScoreKey.key(score), region: first + Int(label) - 1)
            found += 1
        }
        negatives += map.values.count - found
    }

    func summary(forEachNegative: ((UInt32) -> Void) throws -> Void) rethrows -> PixelSummary {
        try PixelSummary(
            pictures: pictures, positives: positives, negatives: negatives, range: range,
            forEachNegative: forEachNegative)
    }

    static func forEachNegative(map: ScoreMap, truth: Mask?, _ body: (UInt32) -> Void) {
        guard let truth else {
            for score in map.values { body(ScoreKey.key(score)) }
            return
        }
        for (score, isPositive) in zip(map.values, truth.values) where !isPositive { body(ScoreKey.key(score)) }
    }
}
