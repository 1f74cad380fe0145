import AnomalySegmentation
import Foundation
import Imaging
import SegmentAnything

/// What `result.json` says of one picture. Coordinates are pixels of the picture, x right and y down; boxes are
/// inclusive at both ends.
struct ResultRecord: Encodable {
    var vitrine = Version.number
    var picture: String
    var object: String
    var size: SizeRecord
    var notes: [String]
    var score: Float
    var clipScore: Float
    var mapScore: Float
    var threshold: ThresholdRecord?
    var maskArea: Int
    var groups: [GroupRecord]
    var rejectedRegions: [RejectedRegionRecord]
    /// Why SAM was not asked; absent where it was.
    var omission: String?
    var configuration: AnomalyConfiguration
    var weights: [WeightRecord]
    /// Absent with `--reproducible`: the only part that differs from run to run.
    var timingsSeconds: [String: Double]?
    var threads: Int?

    init(
        item: PictureItem, object: String, result: AnomalyResult, configuration: AnomalyConfiguration, notes: [String],
        weights: [WeightRecord]
    ) {
        picture = item.name
        self.object = object
        size = SizeRecord(width: result.fusedMap.size.width, height: result.fusedMap.size.height)
        self.notes = notes
        score = result.score
        clipScore = result.clipScore
        mapScore = result.mapScore
        threshold = result.prompts.threshold.map(ThresholdRecord.init)
        maskArea = result.mask.area
        groups = zip(result.prompts.groups, result.cascades).map(GroupRecord.init)
        rejectedRegions = result.prompts.rejectedRegions.map(RejectedRegionRecord.init)
        omission = result.omission.map {
            switch $0 {
            case .flatMap: "the map is flat"
            case .belowGate: "the map lies below the gate"
            case .noGroups: "no region stands out"
            }
        }
        self.configuration = configuration
        self.weights = weights
    }

    func json(pretty: Bool) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            pretty
            ? [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            : [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return try encoder.encode(self)
    }
}

struct SizeRecord: Encodable {
    var width: Int
    var height: Int
}

/// One file of weights, by its content.
struct WeightRecord: Encodable {
    var role: String
    var file: String
    var sha256: String
}

struct ThresholdRecord: Encodable {
    var score: Float
    var heat: Float
    var rule: String
    var coverage: Float
    var rejectedOtsuCoverage: Float?

    init(_ report: ThresholdReport) {
        score = report.score
        heat = report.heat
        rule = report.rule.rawValue
        coverage = report.coverage
        rejectedOtsuCoverage = report.rejectedOtsuCoverage
    }
}

struct BoxRecord: Encodable {
    var x0: Int
    var y0: Int
    var x1: Int
    var y1: Int

    init(_ box: ImageBox) {
        x0 = box.x0
        y0 = box.y0
        x1 = box.x1
        y1 = box.y1
    }
}

struct RejectedRegionRecord: Encodable {
    var reason: String
    var areaMapPixels: Int
    var peakHeat: Float
    var box: BoxRecord

    init(_ region: RejectedRegion) {
        reason = "\(region.reason)"
        areaMapPixels = region.area
        peakHeat = region.peakHeat
        box = BoxRecord(region.box)
    }
}

/// One prompt group, and what the cascade made of it.
struct GroupRecord: Encodable {
    var peakScore: Float
    var peakHeat: Float
    var box: BoxRecord
    var points: [PointRecord]
    var ring: RingRecord
    var stages: [StageRecord]
    var outcome: String
    var confidence: Float
    var maskArea: Int
    var maskBox: BoxRecord?
    var supersededByGroup: Int?

    init(_ group: PromptGroup, _ cascade: CascadeTrace) {
        peakScore = group.peakScore
        peakHeat = group.peakHeat
        box = BoxRecord(group.box)
        points = group.points.map(PointRecord.init)
        ring = RingRecord(group.ring)
        stages = cascade.stages.map(StageRecord.init)
        outcome =
            switch cascade.outcome {
            case .stage(let number): "stage \(number)"
            case .groupMask: "group mask"
            case .none: "none"
            }
        confidence = cascade.confidence
        maskArea = cascade.mask.area
        maskBox = cascade.mask.boundingBox.map(BoxRecord.init)
        supersededByGroup = cascade.supersededBy
    }
}

struct RingRecord: Encodable {
    var diameterMapPixels: Int
    var growths: Int
    var areaMapPixels: Int
    var candidates: Int
    var admitsHeat: Bool

    init(_ ring: RingReport) {
        diameterMapPixels = ring.diameter
        growths = ring.growths
        areaMapPixels = ring.area
        candidates = ring.candidates
        admitsHeat = ring.admitsHeat
    }
}

struct PointRecord: Encodable {
    var x: Double
    var y: Double
    var label: String
    var score: Float
    var heat: Float
    var similarity: Float
    var reason: String

    init(_ point: ChosenPoint) {
        x = point.position.x
        y = point.position.y
        label = point.label == .positive ? "positive" : "negative"
        score = point.score
        heat = point.heat
        similarity = point.similarity
        reason =
            switch point.reason {
            case .peak: "peak"
            case .plateau(let pixels): "middle of a plateau of \(pixels) map pixels"
            case .spaced: "highest pixel far enough from the points before it"
            case .ranked(let rank): "rank \(rank)"
            case .leastSimilar(let cost): "least similar, cost \(cost)"
            case .hardSimilar: "most similar cold pixel"
            case .lowestHeat: "coldest pixel"
            }
    }
}

struct StageRecord: Encodable {
    var stage: Int
    var positivePoints: Int
    var negativePoints: Int
    var box: BoxRecord?
    var hasMaskPrompt: Bool
    var predictedIoU: [Float]
    var selectionScores: [Float]
    var chosen: Int
    var area: Int
    var rejection: String?

    init(_ trace: StageTrace) {
        stage = trace.stage
        positivePoints = trace.points.count { $0.label == PromptPoint.Label.positive }
        negativePoints = trace.points.count - positivePoints
        box = trace.box.map(BoxRecord.init)
        hasMaskPrompt = trace.hasMaskPrompt
        predictedIoU = trace.predictedIoU
        selectionScores = trace.selectionScores
        chosen = trace.chosen
        area = trace.area
        rejection = trace.rejection.map {
            switch $0 {
            case .empty: "empty"
            case .notFinite: "not finite"
            case .tooLarge(let share): "covers \(share) of the picture"
            case .cold(let meanHeat): "mean heat \(meanHeat)"
            case .missesPositives: "holds no positive point"
            }
        }
    }
}
