/// The pixel measures of several classes under several methods, and what they come to together.
///
/// ```swift
/// var table = MeasureTable()
/// table.add(metrics.summary(), of: "bottle", by: "map")          // once a class and method
/// try table.add(score: result.score, isAnomalous: true)          // once a picture
/// print(table.mean(by: "map").auroc ?? "undefined")
/// ```
public struct MeasureTable: Sendable {
    /// Four measures, 0...1 each; nil where they are not defined.
    public struct Measures: Hashable, Sendable, Encodable {
        /// Area under the receiver operating curve.
        public var auroc: Double?
        /// Sum of precision times gained recall.
        public var averagePrecision: Double?
        /// The best F1 over all thresholds.
        public var f1Maximum: Double?
        /// Overlap by region, ``PixelSummary/auproExact``.
        public var aupro: Double?

        /// The measures in the order of the table's columns.
        public static var columns: [KeyPath<Measures, Double?>] {
            [\.auroc, \.averagePrecision, \.f1Maximum, \.aupro]
        }
    }

    /// One class under one method.
    public struct Row: Hashable, Sendable {
        /// The class.
        public let className: String
        /// What made the maps.
        public let method: String
        /// Over the pixels of all pictures of the class.
        public let measures: Measures
        /// How many pictures the class has.
        public let pictures: Int
    }

    /// In the order in which they were added.
    public private(set) var rows: [Row] = []
    private var scores: [Float] = []
    private var labels: [Bool] = []

    /// A table without rows.
    public init() {}

    /// Adds the row of a class under a method.
    public mutating func add(_ summary: PixelSummary, of className: String, by method: String) {
        let measures = Measures(
            auroc: summary.auroc, averagePrecision: summary.averagePrecision, f1Maximum: summary.f1Maximum?.value,
            aupro: summary.auproExact)
        rows.append(Row(className: className, method: method, measures: measures, pictures: summary.pictures))
    }

    /// Adds the score of a picture, of whichever class.
    ///
    /// - Parameters:
    ///   - score: higher means more anomalous; on one scale for all pictures.
    ///   - isAnomalous: the picture's label.
    public mutating func add(score: Float, isAnomalous: Bool) {
        scores.append(score)
        labels.append(isAnomalous)
    }

    /// The mean over the classes of one method. Every class counts alike; one without a measure is left out of the mean
    /// of that measure.
    public func mean(by method: String) -> Measures {
        let chosen = rows.filter { $0.method == method }
        func mean(_ column: KeyPath<Measures, Double?>) -> Double? {
            let values = chosen.compactMap { $0.measures[keyPath: column] }
            return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
        }
        return Measures(
            auroc: mean(\.auroc), averagePrecision: mean(\.averagePrecision), f1Maximum: mean(\.f1Maximum),
            aupro: mean(\.aupro))
    }

    /// The measures over the scores of the pictures of all classes together.
    ///
    /// - Throws: `MetricsError` for a score that is not a number.
    public func pooled() throws(MetricsError) -> ImageMetrics {
        try ImageMetrics(scores: scores, labels: labels)
    }
}
