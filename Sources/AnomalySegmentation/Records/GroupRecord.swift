public import Imaging
public import SegmentAnything

/// What JSON says of a group of point prompts, and of what the cascade made of it.
public struct GroupRecord: Hashable, Sendable, Codable {
    /// The part of the map that the group stands for.
    public var region: RegionRecord
    /// The S of the highest n.
    public var peakScore: Float
    /// Positives, then negatives, best first.
    public var points: [ChosenPointRecord]
    /// The ring that the negatives come from.
    public var ring: RingReport
    /// In order; shorter than configured where a mask came out empty.
    public var stages: [StageRecord]
    /// Which mask stands for the group.
    public var outcome: CascadeTrace.Outcome
    /// c: how much the mask counts in the final map. Anomaly score.
    public var confidence: Float
    /// Area and box of the mask.
    public var mask: MaskRecord
    /// The place of a stronger group whose mask is nearly the same, so that this one was left out.
    public var supersededByGroup: Int?
    /// The place of the tile that it was found in; nil in a picture as a whole.
    public var tile: Int?

    /// A group of a picture as a whole, and its cascade.
    public init(_ group: PromptGroup, _ cascade: CascadeTrace) { self.init(group, cascade, in: nil) }

    init(_ group: PromptGroup, _ cascade: CascadeTrace, in tile: TilePlace?) {
        region = RegionRecord(
            box: tile?.moved(group.box) ?? group.box, areaMapPixels: group.mask.area, peakHeat: group.peakHeat)
        peakScore = group.peakScore
        points = group.points.map { ChosenPointRecord($0, in: tile) }
        ring = group.ring
        stages = cascade.stages.map { StageRecord($0, in: tile) }
        outcome = cascade.outcome
        confidence = cascade.confidence
        mask = MaskRecord(area: cascade.maskArea, box: cascade.maskBox.map { tile?.moved($0) ?? $0 })
        supersededByGroup = cascade.supersededBy.map { $0 + (tile?.firstGroup ?? 0) }
        self.tile = tile?.index
    }
}

/// What JSON says of a point prompt that PPG chose: all but the pixel of the map where it was found.
public struct ChosenPointRecord: Hashable, Sendable, Codable {
    /// Pixels of the picture.
    public var position: ImagePoint
    /// Positive or negative.
    public var label: PromptPoint.Label
    /// S at the point: anomaly score, 0...1.
    public var score: Float
    /// n at the point: S on the scale of the thresholds.
    public var heat: Float
    /// Cosine between SAM's feature here and the group's prototype, -1...1.
    public var similarity: Float
    /// The rule that chose it.
    public var reason: ChosenPoint.Reason

    init(_ point: ChosenPoint, in tile: TilePlace?) {
        position = tile?.moved(point.position) ?? point.position
        label = point.label
        score = point.score
        heat = point.heat
        similarity = point.similarity
        reason = point.reason
    }
}

/// What JSON says of a pass through the decoder: all but the logits.
public struct StageRecord: Hashable, Sendable, Codable {
    /// 1, 2 or 3.
    public var stage: Int
    /// How many of the group's points are positive.
    public var positivePoints: Int
    /// How many of them are negative.
    public var negativePoints: Int
    /// The box among the prompts; pixels of the picture. Stage 3 only.
    public var box: ImageBox?
    /// Whether the logits of the stage before were given.
    public var hasMaskPrompt: Bool
    /// One value a mask.
    public var predictedIoU: [Float]
    /// What the selection rule said of each mask.
    public var selectionScores: [Float]
    /// The place of the mask that went on.
    public var chosen: Int
    /// Its pixels of the picture.
    public var area: Int
    /// Why the mask was set aside; nil where it was accepted.
    public var rejection: StageTrace.Rejection?

    init(_ trace: StageTrace, in tile: TilePlace?) {
        stage = trace.stage
        positivePoints = trace.points.count { $0.label == .positive }
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
