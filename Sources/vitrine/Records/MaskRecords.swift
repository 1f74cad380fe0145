import Imaging
import SegmentAnything

// The values of SegmentAnything as JSON has them.

/// A mask that SAM gave, and what SAM thinks of it.
struct PredictedMaskRecord: Encodable {
    var mask: MaskRecord
    var predictedIoU: Float
    var stability: Float
    /// Where the automatic generator asked, and the part of the picture that SAM saw then.
    var point: ImagePoint?
    var crop: ImageBox?
}

extension PredictedMaskRecord {
    init(_ found: AutomaticMask) {
        mask = MaskRecord(found.mask)
        predictedIoU = found.predictedIoU
        stability = found.stabilityScore
        point = found.point
        crop = found.cropBox
    }
}

/// What SAM was asked.
struct PromptRecord: Encodable {
    var points: [PromptPointRecord]
    var box: ImageBox?
    var hasMaskPrompt: Bool
    /// What was moved or rounded before SAM was asked, a sentence each.
    var notes: [String]

    init(_ prompt: Prompt, notes: [String]) {
        self.notes = notes
        points = prompt.points.map { PromptPointRecord($0.position, $0.label) }
        box = prompt.box
        hasMaskPrompt = prompt.maskLogits != nil
    }
}

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
