import AnomalyMetrics
import AnomalySegmentation
import Checkpoints
import Foundation
import ImageCodecs
import Imaging
import SegmentAnything

/// Runs one picture through the three variants that are compared, with one pass through each encoder.
struct Evaluation {
    enum Variant: String, CaseIterable {
        case map = "CLIP map"
        case points = "+ PPG"
        case cascade = "+ PPG + CPS"
    }

    struct Sample {
        var map: ScoreMap
        var maps: [Variant: ScoreMap]
        var truth: Mask?
        var score: Float
    }

    private let models: LoadedModels
    private let object: String
    private let full: AnomalySegmenter
    private let pointsOnly: AnomalySegmenter

    init(
        models: LoadedModels, configuration: AnomalyConfiguration, mapWeights: Checkpoint?, object: String
    ) throws {
        self.models = models
        self.object = object
        var single = configuration
        single.cascade.stageCount = 1
        full = try AnomalySegmenter(
            clip: models.clip, sam: models.sam, configuration: configuration, mapWeights: mapWeights)
        pointsOnly = try AnomalySegmenter(
            clip: models.clip, sam: models.sam, configuration: single, mapWeights: mapWeights)
    }

    /// A picture and its truth, decoded.
    struct Reading: Sendable {
        var image: Image
        var truth: Mask?
    }

    @Sendable static func read(_ item: LabelledPictures.Item) throws -> Reading {
        let image: Image
        do { image = try ImageFile.decode(item.picture).image } catch { throw CommandFailure.badInput("\(error)") }
        return Reading(image: image, truth: try LabelledPictures.truth(item))
    }

    func measure(_ reading: Reading) throws -> Sample {
        let image = reading.image
        let map = try full.anomalyMap(image, object: object)
        let embedding = models.sam.embed(image)
        let result = try full.refine(map, embedding: embedding)
        return Sample(
            map: result.clipMap,
            maps: [
                .map: result.clipMap, .points: try pointsOnly.refine(map, embedding: embedding).fusedMap,
                .cascade: result.fusedMap,
            ],
            truth: reading.truth, score: result.score)
    }
}

/// What `evaluate` prints.
struct EvaluationReport: Encodable {
    struct Row: Encodable {
        var className: String
        var variant: String
        var auroc: Double?
        var averagePrecision: Double?
        var f1Max: Double?
        var aupro: Double?
        var pictures: Int

        init(_ row: MeasureTable.Row) {
            className = row.className
            variant = row.method
            auroc = row.measures.auroc
            averagePrecision = row.measures.averagePrecision
            f1Max = row.measures.f1Maximum
            aupro = row.measures.aupro
            pictures = row.pictures
        }
    }

    var rows: [Row]
    var imageAUROC: Double?

    init(_ table: MeasureTable) throws {
        rows = table.rows.map(Row.init)
        imageAUROC = try table.pooled().auroc
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

extension MeasureTable {
    /// A Markdown table; the last rows are the means over the classes.
    func markdown() throws -> String {
        var lines = [
            "| class | variant | AUROC | AP | F1-max | AUPRO | pictures |", "|---|---|---|---|---|---|---|",
        ]
        for row in rows { lines.append(line(row.className, row.method, row.measures, "\(row.pictures)")) }
        for variant in Evaluation.Variant.allCases {
            lines.append(line("**mean**", variant.rawValue, mean(by: variant.rawValue), ""))
        }
        let auroc = try pooled().auroc
        lines.append("")
        lines.append("Picture level, all classes together: AUROC \(auroc.map { fixed($0, 3) } ?? "undefined")")
        return lines.joined(separator: "\n")
    }

    private func line(_ name: String, _ method: String, _ measures: Measures, _ last: String) -> String {
        let numbers = Measures.columns.map { measures[keyPath: $0].map { fixed($0, 3) } ?? "-" }
        return "| " + ([name, method] + numbers + [last]).joined(separator: " | ") + " |"
    }
}
