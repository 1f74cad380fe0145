import AnomalySegmentation
import Imaging
import SegmentAnything

// The values of AnomalySegmentation as JSON has them. Heat is the map on the scale of the thresholds, 0 to 1.

/// A part of the map that stands out.
struct RegionRecord: Encodable {
    /// Pixels of the picture.
    var box: ImageBox
    var areaMapPixels: Int
    var peakHeat: Float
}

struct RejectedRegionRecord: Encodable {
    var region: RegionRecord
    var reason: RejectedRegion.Reason

    init(_ rejected: RejectedRegion) {
        region = RegionRecord(
            box: rejected.box, areaMapPixels: rejected.area, peakHeat: rejected.peakHeat)
        reason = rejected.reason
    }
}

/// One prompt group, and what the cascade made of it.
struct GroupRecord: Encodable {
    var region: RegionRecord
    var peakScore: Float
    var points: [PromptPointRecord]
    var ring: RingReport
    var stages: [StageRecord]
    var outcome: CascadeTrace.Outcome
    var confidence: Float
    var mask: MaskRecord
    var supersededByGroup: Int?

    init(_ group: PromptGroup, _ cascade: CascadeTrace) {
        region = RegionRecord(
            box: group.box, areaMapPixels: group.mask.area, peakHeat: group.peakHeat)
        peakScore = group.peakScore
        points = group.points.map(PromptPointRecord.init)
        ring = group.ring
        stages = cascade.stages.map(StageRecord.init)
        outcome = cascade.outcome
        confidence = cascade.confidence
        mask = MaskRecord(cascade.mask)
        supersededByGroup = cascade.supersededBy
    }
}

/// A point that SAM is asked at.
struct PromptPointRecord: Encodable {
    var position: ImagePoint
    var label: String
    /// What spoke for it, all absent where a person chose it.
    var score: Float?
    var heat: Float?
    var similarity: Float?
    var reason: ChosenPoint.Reason?

    init(_ position: ImagePoint, _ label: PromptPoint.Label) {
        self.position = position
        self.label = "\(label)"
    }

    init(_ point: ChosenPoint) {
        self.init(point.position, point.label)
        score = point.score
        heat = point.heat
        similarity = point.similarity
        reason = point.reason
    }
}

struct StageRecord: Encodable {
    var stage: Int
    var positivePoints: Int
    var negativePoints: Int
    var box: ImageBox?
    var hasMaskPrompt: Bool
    var predictedIoU: [Float]
    var selectionScores: [Float]
    var chosen: Int
    /// Pixels of the picture.
    var area: Int
    var rejection: StageTrace.Rejection?

    init(_ trace: StageTrace) {
        stage = trace.stage
        positivePoints = trace.points.count { $0.label == PromptPoint.Label.positive }
        negativePoints = trace.points.count - positivePoints
        box = trace.box
        hasMaskPrompt = trace.hasMaskPrompt
        predictedIoU = trace.predictedIoU
        selectionScores = trace.selectionScores
        chosen = trace.chosen
        area = trace.area
        rejection = trace.rejection
    }
}
