public import Imaging
public import SegmentAnything
public import Tensors

/// One pass through the decoder: its prompts, its masks, and what became of them.
public struct StageTrace: Sendable {
    /// Why a mask was set aside.
    public enum Rejection: Hashable, Sendable, Codable {
        /// No pixel is above 0.
        case empty
        /// A logit is not a finite number.
        case notFinite
        /// It covers this share of the picture: the object, not its defect.
        case tooLarge(share: Float)
        /// Its mean n.
        case cold(meanHeat: Float)
        /// It holds none of the group's positives.
        case missesPositives
    }

    /// 1, 2 or 3.
    public let stage: Int
    /// The points of the group, the same in every stage.
    public let points: [PromptPoint]
    /// Stage 3 only.
    public let box: ImageBox?
    /// Whether the logits of the stage before were given: stages 2 and 3.
    public let hasMaskPrompt: Bool
    /// Of all predicted masks: `[masks, height, width]`, over SAM's whole square.
    public let logits: Tensor
    /// One value a mask.
    public let predictedIoU: [Float]
    /// What the selection rule said of each mask; equal to `predictedIoU` under that rule.
    public let selectionScores: [Float]
    /// The mask that went on.
    public let chosen: Int
    /// Its pixels of the picture.
    public let area: Int
    /// nil where the mask was accepted.
    public let rejection: Rejection?
}

/// What the cascade made of one group.
public struct CascadeTrace: Sendable {
    /// Which mask stands for the group.
    public enum Outcome: Hashable, Sendable, Codable {
        /// What JSON calls the value without a label.
        private enum StageCodingKeys: String, CodingKey { case _0 = "number" }

        /// The mask of this stage, cleaned.
        case stage(Int)
        /// Every mask was rejected; the group's own region stands for it.
        case groupMask
        /// No mask.
        case none
    }

    /// In order; shorter than configured where a mask came out empty.
    public let stages: [StageTrace]
    /// Which mask stands for the group.
    public let outcome: Outcome
    /// ``mask`` as it is kept: the masks of a large picture are never in memory pixel by pixel all at once.
    let rows: MaskRows
    /// c: how much the mask counts in the final map. Anomaly score.
    public internal(set) var confidence: Float = 0
    /// The stronger group whose mask is nearly the same, so that this one was left out.
    public internal(set) var supersededBy: Int?

    init(stages: [StageTrace], outcome: Outcome, mask: MaskRows) {
        self.stages = stages
        self.outcome = outcome
        rows = mask
    }

    /// Pixels of the picture; empty without a mask. Made at each call.
    public var mask: Mask { rows.mask }
    /// Number of pixels of ``mask``.
    public var maskArea: Int { rows.area }
    /// The smallest box around ``mask``; nil without a mask.
    public var maskBox: ImageBox? { rows.boundingBox }
}
