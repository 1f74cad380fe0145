import AnomalySegmentation
import Imaging
import SegmentAnything

// The values of AnomalySegmentation as JSON has them. Heat is the map on the scale of the thresholds, 0 to 1.

struct ThresholdRecord: Encodable {
    var score: Float
    var heat: Float
    var rule: ThresholdReport.Rule
    var coverage: Float
    var rejectedOtsuCoverage: Float?

    init(_ report: ThresholdReport) {
        score = report.score
        heat = report.heat
        rule = report.rule
        coverage = report.coverage
        rejectedOtsuCoverage = report.rejectedOtsuCoverage
    }
}

/// A part of the map that stands out.
struct RegionRecord: Encodable {
    /// Pixels of the picture.
    var box: BoxRecord
    var areaMapPixels: Int
    var peakHeat: Float
}

struct RejectedRegionRecord: Encodable {
    var region: RegionRecord
    var reason: CaseRecord

    init(_ rejected: RejectedRegion) {
        region = RegionRecord(
            box: BoxRecord(rejected.box), areaMapPixels: rejected.area, peakHeat: rejected.peakHeat)
        reason = CaseRecord("\(rejected.reason)")
    }
}

/// One prompt group, and what the cascade made of it.
struct GroupRecord: Encodable {
    var region: RegionRecord
    var peakScore: Float
    var points: [PromptPointRecord]
    var ring: RingRecord
    var stages: [StageRecord]
    var outcome: CaseRecord
    var confidence: Float
    var mask: MaskRecord
    var supersededByGroup: Int?

    init(_ group: PromptGroup, _ cascade: CascadeTrace) {
        region = RegionRecord(
            box: BoxRecord(group.box), areaMapPixels: group.mask.area, peakHeat: group.peakHeat)
        peakScore = group.peakScore
        points = group.points.map(PromptPointRecord.init)
        ring = RingRecord(group.ring)
        stages = cascade.stages.map(StageRecord.init)
        outcome = CaseRecord(cascade.outcome)
        confidence = cascade.confidence
        mask = MaskRecord(cascade.mask)
        supersededByGroup = cascade.supersededBy
    }
}

/// A point that SAM is asked at.
struct PromptPointRecord: Encodable {
    var position: PointRecord
    var label: String
    /// What spoke for it, all absent where a person chose it.
    var score: Float?
    var heat: Float?
    var similarity: Float?
    var reason: CaseRecord?

    init(_ position: PointRecord, _ label: PromptPoint.Label) {
        self.position = position
        self.label = "\(label)"
    }

    init(_ point: ChosenPoint) {
        self.init(PointRecord(point.position), point.label)
        score = point.score
        heat = point.heat
        similarity = point.similarity
        reason = CaseRecord(point.reason)
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

struct StageRecord: Encodable {
    var stage: Int
    var positivePoints: Int
    var negativePoints: Int
    var box: BoxRecord?
    var hasMaskPrompt: Bool
    var predictedIoU: [Float]
    var selectionScores: [Float]
    var chosen: Int
    /// Pixels of the picture.
    var area: Int
    var rejection: CaseRecord?

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
        rejection = trace.rejection.map(CaseRecord.init)
    }
}

extension CaseRecord {
    init(_ omission: AnomalyResult.Omission) { self.init("\(omission)") }

    init(_ outcome: CascadeTrace.Outcome) {
        switch outcome {
        case .stage(let number): self.init("stage", Float(number))
        case .groupMask: self.init("groupMask")
        case .none: self.init("none")
        }
    }

    init(_ reason: ChosenPoint.Reason) {
        switch reason {
        case .peak: self.init("peak")
        case .plateau(let pixels): self.init("plateau", Float(pixels))
        case .spaced: self.init("spaced")
        case .ranked(let rank): self.init("ranked", Float(rank))
        case .leastSimilar(let cost): self.init("leastSimilar", cost)
        case .hardSimilar: self.init("hardSimilar")
        case .lowestHeat: self.init("lowestHeat")
        }
    }

    init(_ rejection: StageTrace.Rejection) {
        switch rejection {
        case .empty: self.init("empty")
        case .notFinite: self.init("notFinite")
        case .tooLarge(let share): self.init("tooLarge", share)
        case .cold(let meanHeat): self.init("cold", meanHeat)
        case .missesPositives: self.init("missesPositives")
        }
    }
}
