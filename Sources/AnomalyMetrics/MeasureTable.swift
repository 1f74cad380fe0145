/// The measures of several classes under several methods, and their means.
///
/// ```swift
/// var table = MeasureTable()
/// table.add(metrics.summary(), of: "bottle", by: "map")          // once a class and method
/// print(table.mean(by: "map").auroc ?? "undefined")
/// print(table.mean(by: "map") { $0.pixels.aupro005 } ?? "undefined")
/// ```
/// A mean over classes counts each alike; for measures over all pixels together, join the classes' accumulators with
/// ``PixelMetrics/merge(_:)``.
public struct MeasureTable: Sendable {
    /// Four measures, 0...1 each; nil where they are not defined.
    public struct Measures: Hashable, Sendable, Encodable {
        /// Area under the receiver operating curve.
        public var auroc: Double?
        /// Sum of precision times gained recall.
        public var averagePrecision: Double?
        /// The best F1 over all thresholds.
        public var f1Maximum: Double?
        /// Overlap by region, ``PixelSummary/aupro``.
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
        public let pixels: PixelSummary
        /// Over the scores of the class's pictures; nil where they were not measured.
        public let images: ImageMetrics?

        /// The four measures of the table.
        public var measures: Measures {
            Measures(
                auroc: pixels.auroc.value, averagePrecision: pixels.averagePrecision.value,
                f1Maximum: pixels.f1Maximum.value?.value, aupro: pixels.aupro.value)
        }
    }

    /// In the order in which they were added.
    public private(set) var rows: [Row] = []

    /// A table without rows.
    public init() {}

    /// Adds the row of a class under a method.
    public mutating func add(
        _ pixels: PixelSummary, images: ImageMetrics? = nil, of className: String, by method: String
    ) {
        rows.append(Row(className: className, method: method, pixels: pixels, images: images))
    }

    /// The means over the classes of one method.
    public func mean(by method: String) -> Measures {
        Measures(
            auroc: mean(by: method) { $0.pixels.auroc },
            averagePrecision: mean(by: method) { $0.pixels.averagePrecision },
            f1Maximum: mean(by: method) { $0.pixels.f1Maximum.map(\.value) },
            aupro: mean(by: method) { $0.pixels.aupro })
    }

    /// The mean of a measure over the classes of one method, `Measured.mean(of:)`; nil where it is not defined.
    public func mean(by method: String, of measure: (Row) -> Measure) -> Double? {
        Measure.mean(of: rows.lazy.filter { $0.method == method }.map(measure)).value
    }
}
