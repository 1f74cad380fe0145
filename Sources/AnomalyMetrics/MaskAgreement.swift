public import Imaging

/// Pixel agreement of final masks with the truth, pooled over pictures.
public struct MaskAgreement: Hashable, Sendable, Codable {
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
        var both = 0
        for (found, isAnomalous) in zip(mask.values, truth.values) where found && isAnomalous { both += 1 }
        add(truePositives: both, falsePositives: mask.area - both, falseNegatives: truth.area - both)
    }

    /// Adds pixels that were counted elsewhere.
    mutating func add(truePositives: Int, falsePositives: Int, falseNegatives: Int) {
        self.truePositives += truePositives
        self.falsePositives += falsePositives
        self.falseNegatives += falseNegatives
    }

    /// Adds other pictures.
    public mutating func merge(_ other: MaskAgreement) {
        add(
            truePositives: other.truePositives, falsePositives: other.falsePositives,
            falseNegatives: other.falseNegatives)
    }

    /// Shared over joint area.
    public var intersectionOverUnion: Measure {
        ratio(truePositives, truePositives + falsePositives + falseNegatives, .nothingMarked)
    }

    /// `2 TP / (2 TP + FP + FN)`.
    public var f1: Measure {
        ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives, .nothingMarked)
    }

    /// The anomalous share of the found pixels.
    public var precision: Measure { ratio(truePositives, truePositives + falsePositives, .nothingMarked) }

    /// The found share of the anomalous pixels.
    public var recall: Measure { ratio(truePositives, truePositives + falseNegatives, .noPositives) }
}

/// A part over its whole, undefined where the whole is nothing.
func ratio(_ part: Int, _ whole: Int, _ reason: UndefinedMeasure) -> Measure {
    whole == 0 ? .undefined(reason) : .defined(Double(part) / Double(whole))
}
