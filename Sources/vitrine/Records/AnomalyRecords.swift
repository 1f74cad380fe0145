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

    init(_ rejected: RejectedRegion, in tile: TilePlace? = nil) {
        region = RegionRecord(
            box: tile?.moved(rejected.box) ?? rejected.box, areaMapPixels: rejected.area, peakHeat: rejected.peakHeat)
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
    /// Which tile it was found in; absent in a picture as a whole.
    var tile: Int?

    init(_ group: PromptGroup, _ cascade: CascadeTrace, in tile: TilePlace? = nil) {
        region = RegionRecord(
            box: tile?.moved(group.box) ?? group.box, areaMapPixels: group.mask.area, peakHeat: group.peakHeat)
        peakScore = group.peakScore
        points = group.points.map { PromptPointRecord($0, in: tile) }
        ring = group.ring
        stages = cascade.stages.map { StageRecord($0, in: tile) }
        outcome = cascade.outcome
        confidence = cascade.confidence
        mask = MaskRecord(area: cascade.maskArea, box: cascade.maskBox.map { tile?.moved($0) ?? $0 })
        supersededByGroup = cascade.supersededBy.map { $0 + (tile?.firstGroup ?? 0) }
        self.tile = tile?.index
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

    var isPositive: Bool { label == "\(PromptPoint.Label.positive)" }

    init(_ point: ChosenPoint, in tile: TilePlace? = nil) {
        self.init(tile?.moved(point.position) ?? point.position, point.label)
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

    init(_ trace: StageTrace, in tile: TilePlace? = nil) {
        stage = trace.stage
        positivePoints = trace.points.count { $0.label == PromptPoint.Label.positive }
        negativePoints = trace.points.count - positivePoints
        box = trace.box.map { tile?.moved($0) ?? $0 }
        hasMaskPrompt = trace.hasMaskPrompt
        predictedIoU = trace.predictedIoU
        selectionScores = trace.selectionScores
        chosen = trace.chosen
        area = trace.area
        rejection = trace.rejection
    }
}

/// A part of a picture that was looked at as a picture of its own.
struct TileRecord: Encodable {
    /// Where it lies.
    var box: ImageBox
    var clipScore: Float
    /// The largest value of its final map.
    var fusedPeak: Float
    /// How many of the groups are its own.
    var groups: Int
    /// Why SAM was not asked; absent where it was.
    var omission: AnomalyResult.Omission?

    init(_ tile: AnomalyTile) {
        box = tile.box
        clipScore = tile.result.clipScore
        fusedPeak = tile.result.fusedPeak
        groups = tile.result.prompts.groups.count
        omission = tile.result.omission
    }
}
