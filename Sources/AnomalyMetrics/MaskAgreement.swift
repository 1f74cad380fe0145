public import Imaging

/// Pixel agreement of final masks with the truth, pooled over pictures.
public struct MaskAgreement: Hashable, Sendable {
    /// Anomalous pixels inside of the masks.
    public private(set) var truePositives = 0
    /// Flawless pixels inside of the masks.
    public private(set) var falsePositives = 0
    /// Anomalous pixels outside of the masks.
    public private(set) var falseNegatives = 0

    /// No picture.
    public init() {}

    /// Adds one picture.
    ///
    /// - Parameters:
    ///   - mask: the pixels that were found.
    ///   - truth: the anomalous pixels, in the mask's raster; nil where there are none.
    /// - Throws: `MetricsError` for sizes that differ.
    public mutating func add(mask: Mask, truth: Mask?) throws(MetricsError) {
        guard let truth else {
            falsePositives += mask.area
            return
        }
        if truth.size != mask.size { throw .sizesDiffer(map: mask.size, truth: truth.size) }
        for (found, isAnomalous) in zip(mask.values, truth.values) {
            if found && isAnomalous { truePositives += 1 }
            if found && !isAnomalous { falsePositives += 1 }
            if !found && isAnomalous { falseNegatives += 1 }
        }
    }

    /// Shared over joint area; nil where both are empty.
    public var intersectionOverUnion: Double? {
        ratio(truePositives, truePositives + falsePositives + falseNegatives)
    }

    /// `2 TP / (2 TP + FP + FN)`; nil where both are empty.
    public var f1: Double? { ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives) }

    /// Nil where no pixel was found.
    public var precision: Double? { ratio(truePositives, truePositives + falsePositives) }

    /// Nil where no pixel is anomalous.
    public var recall: Double? { ratio(truePositives, truePositives + falseNegatives) }

    private func ratio(_ part: Int, _ whole: Int) -> Double? {
        whole == 0 ? nil : Double(part) / Double(whole)
    }
}
