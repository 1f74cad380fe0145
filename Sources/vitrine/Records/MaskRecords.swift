import SegmentAnything

/// `result.json` of a `mask` command.
struct PromptedMasksRecord: OutputRecord {
    static let kind = "mask"

    var picture: PictureRecord
    var prompt: PromptRecord
    /// The place in `masks` of the mask that SAM rates highest.
    var best: Int
    /// Mask N is also in `mask-N.png` and at N in `logits.npy`.
    var masks: [PredictedMaskRecord]
    var weights: [WeightFileRecord]
}

/// `masks.json` of a `masks` command.
struct EveryMaskRecord: OutputRecord {
    static let kind = "masks"

    var picture: PictureRecord
    var masks: [PredictedMaskRecord]
    var weights: [WeightFileRecord]
}
