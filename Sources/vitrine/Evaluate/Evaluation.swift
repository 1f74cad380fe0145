import AnomalyMetrics
import AnomalySegmentation
import Checkpoints
import Foundation
import ImageCodecs
import Imaging
import PictureLists
import SegmentAnything

/// Runs one picture through the three variants that are compared, with one pass through each encoder.
struct Evaluation {
    enum Variant: String, CaseIterable {
        case map, points, cascade

        /// Its name in the table.
        var title: String {
            switch self {
            case .map: "CLIP map"
            case .points: "+ PPG"
            case .cascade: "+ PPG + CPS"
            }
        }
    }

    /// For each variant an accumulator without pictures. False regions have no column in the table.
    static var emptyMetrics: [Variant: PixelMetrics] {
        Dictionary(uniqueKeysWithValues: Variant.allCases.map { ($0, PixelMetrics(countsFalseRegions: false)) })
    }

    /// Adds what was collected of other pictures, variant by variant.
    static func merge(
        _ other: [Variant: PixelMetrics], into metrics: inout [Variant: PixelMetrics]
    ) throws(MetricsError) {
        for (variant, collected) in other { try metrics[variant]?.merge(collected) }
    }

    struct Sample {
        var map: ScoreMap
        var maps: [Variant: ScoreMap]
        var truth: Mask?
        var score: Float
    }

    private let models: LoadedModels
    private let object: String
    private let segmenter: AnomalySegmenter
    private let pointsOnly: AnomalyConfiguration

    init(models: LoadedModels, setup: AnomalySetup, object: String) throws {
        self.models = models
        self.object = object
        segmenter = try setup.segmenter(models)
        var single = setup.configuration
        single.cascade.stageCount = 1
        pointsOnly = single
    }

    /// A picture and its truth, decoded.
    struct Reading: PictureReading {
        var image: Image
        var truth: Mask?
        /// By which each file of the truth was read.
        var rules: [MaskRule] = []
        var warnings: [DecodingWarning]
    }

    /// A picture that is turned upright has its truth turned with it, whatever the file of the truth says. What any of its
    /// masks marks is anomalous.
    ///
    /// - Throws: `ImageCodecError` for the picture, `TruthError` for its truth.
    static func read(_ item: LabelledPictures.Item, _ options: DecodingOptions) throws -> Reading {
        if let fault = item.fault { throw TruthError.broken(fault) }
        let picture = try item.picture.decoded(options)
        var reading = Reading(image: picture.image, warnings: picture.warnings)
        var stored = options
        stored.appliesOrientation = false
        for file in item.masks {
            let decoded: DecodedMask
            do { decoded = try file.decodedMask(stored) } catch let error as ImageCodecError {
                throw TruthError.unreadable(error)
            }
            let mask = picture.isTurned ? decoded.mask.turned(upright: picture.orientation) : decoded.mask
            guard mask.size == picture.image.size else {
                throw TruthError.unexpectedSize(file: file.pathText, size: mask.size, picture: picture.image.size)
            }
            reading.truth = reading.truth.map { $0.union(mask) } ?? mask
            reading.rules.append(decoded.rule)
            reading.warnings += decoded.warnings
        }
        return reading
    }

    func measure(_ reading: Reading) throws -> Sample {
        let image = reading.image
        let map = try segmenter.anomalyMap(image, object: object)
        let embedding = try models.sam.embed(image)
        let result = try segmenter.refine(map, embedding: embedding)
        return Sample(
            map: result.clipMap,
            maps: [
                .map: result.clipMap,
                .points: try segmenter.refine(map, embedding: embedding, configuration: pointsOnly).fusedMap,
                .cascade: result.fusedMap,
            ],
            truth: reading.truth, score: result.score)
    }
}

extension MeasureTable {
    /// A Markdown table; the last rows are the means over the classes.
    func markdown(pictureAUROC: Double?) -> String {
        var lines = [
            "| class | variant | AUROC | AP | F1-max | AUPRO | pictures |", "|---|---|---|---|---|---|---|",
        ]
        for row in rows { lines.append(line(row.className, row.method, row.measures, "\(row.pixels.pictures)")) }
        for variant in Evaluation.Variant.allCases.map(\.rawValue) {
            lines.append(line("**mean**", variant, mean(by: variant), ""))
        }
        lines.append("")
        lines.append("Picture level, all classes together: AUROC \(pictureAUROC.map { fixed($0, 3) } ?? "undefined")")
        return lines.joined(separator: "\n")
    }

    private func line(_ name: String, _ method: String, _ measures: Measures, _ last: String) -> String {
        let numbers = Measures.columns.map { measures[keyPath: $0].map { fixed($0, 3) } ?? "-" }
        let title = Evaluation.Variant(rawValue: method)?.title ?? method
        return "| " + ([name, title] + numbers + [last]).joined(separator: " | ") + " |"
    }
}
