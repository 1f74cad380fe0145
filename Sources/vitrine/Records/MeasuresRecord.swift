import AnomalyMetrics

/// The measures of `evaluate` by the names that records and tables have for them. docs/Metrics.md defines each.
enum MeasureName: String, Codable, CodingKeyRepresentable, CaseIterable, Sendable {
    case auroc, averagePrecision, f1Maximum, aupro, aupro005, auproCompatible
    /// At the threshold of the largest F1.
    case f1Threshold, f1Precision, f1Recall, f1IntersectionOverUnion
    /// Of truth regions, while there are 0.1 false regions a picture and 1, and the scores above which that holds.
    case regionRecallAtTenth, regionRecallAtOne, regionScoreAtTenth, regionScoreAtOne
    /// Of final masks.
    case maskIntersectionOverUnion, maskF1, maskPrecision, maskRecall
    case boundaryF1, boundaryPrecision, boundaryRecall
    /// Of pictures by their scores.
    case imageAUROC, imageAveragePrecision, imageF1Maximum, imageF1Threshold

    /// Whether it is a score of the map, which has no mean over classes.
    var isThreshold: Bool {
        switch self {
        case .f1Threshold, .regionScoreAtTenth, .regionScoreAtOne, .imageF1Threshold: true
        default: false
        }
    }
}

/// Measures of some pictures under one variant.
struct MeasuresRecord: Codable, Sendable {
    /// Those that are defined.
    var values: [MeasureName: Double] = [:]
    /// Why the others are not.
    var undefined: [MeasureName: UndefinedMeasure] = [:]
}

extension MeasuresRecord {
    private mutating func add(_ name: MeasureName, _ measure: Measure) {
        switch measure {
        case .defined(let value): values[name] = value
        case .undefined(let reason): undefined[name] = reason
        }
    }

    /// - Parameters:
    ///   - masks: nil, as `boundaries`, for a variant without masks.
    init(
        pixels: PixelSummary, images: ImageMetrics, masks: MaskAgreement?, boundaries: BoundaryAgreement?
    ) {
        add(.auroc, pixels.auroc)
        add(.averagePrecision, pixels.averagePrecision)
        add(.f1Maximum, pixels.f1Maximum.map(\.value))
        add(.f1Threshold, pixels.f1Maximum.map { Double($0.threshold) })
        add(.f1Precision, pixels.f1Maximum.map(\.precision))
        add(.f1Recall, pixels.f1Maximum.map(\.recall))
        add(.f1IntersectionOverUnion, pixels.f1Maximum.map(\.intersectionOverUnion))
        add(.aupro, pixels.aupro)
        add(.aupro005, pixels.aupro005)
        add(.auproCompatible, pixels.auproCompatible)
        let budgets: [(MeasureName, MeasureName)] = [
            (.regionRecallAtTenth, .regionScoreAtTenth), (.regionRecallAtOne, .regionScoreAtOne),
        ]
        for (recall, (name, score)) in zip(pixels.regionRecalls, budgets) {
            add(name, recall.recall)
            if let limit = recall.scoresAbove { values[score] = Double(limit) }
        }
        add(.imageAUROC, images.auroc)
        add(.imageAveragePrecision, images.averagePrecision)
        add(.imageF1Maximum, images.f1Maximum.map(\.value))
        add(.imageF1Threshold, images.f1Maximum.map { Double($0.threshold) })
        if let masks {
            add(.maskIntersectionOverUnion, masks.intersectionOverUnion)
            add(.maskF1, masks.f1)
            add(.maskPrecision, masks.precision)
            add(.maskRecall, masks.recall)
        }
        if let boundaries {
            add(.boundaryF1, boundaries.f1)
            add(.boundaryPrecision, boundaries.precision)
            add(.boundaryRecall, boundaries.recall)
        }
    }

    /// The means over classes, `Measured.mean(of:)`.
    init(meanOf classes: [MeasuresRecord]) {
        for name in MeasureName.allCases where !name.isThreshold {
            let found = classes.compactMap { record in
                record.values[name].map(Measure.defined) ?? record.undefined[name].map(Measure.undefined)
            }
            if !found.isEmpty { add(name, Measure.mean(of: found)) }
        }
    }
}
