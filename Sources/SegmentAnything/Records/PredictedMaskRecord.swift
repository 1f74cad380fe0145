public import Imaging
import Tensors

/// What JSON says of a mask that SAM gave.
public struct PredictedMaskRecord: Hashable, Sendable, Codable {
    /// With its pixels.
    public var mask: MaskRecord
    /// The model's own estimate of the mask's IoU with the truth.
    public var predictedIoU: Float
    /// See ``MaskPostprocessing/stabilityScore(_:threshold:offset:)``.
    public var stability: Float
    /// Where the automatic generator asked; nil, as ``crop``, for a mask of a prompt.
    public var point: ImagePoint?
    /// The part of the picture that SAM saw then.
    public var crop: ImageBox?

    /// A mask of a prompt.
    ///
    /// - Parameters:
    ///   - mask: at the picture's size.
    ///   - logits: from which it was read, one a pixel.
    ///   - predictedIoU: of this mask.
    public init(_ mask: Mask, logits: ScoreMap, predictedIoU: Float) {
        self.mask = MaskRecord(RunLengthMask(mask))
        self.predictedIoU = predictedIoU
        stability = MaskPostprocessing.stabilityScore(logits)
    }

    /// A mask of the automatic generator.
    public init(_ found: AutomaticMask) {
        mask = MaskRecord(found.mask)
        predictedIoU = found.predictedIoU
        stability = found.stabilityScore
        point = found.point
        crop = found.cropBox
    }
}

extension MaskPrediction {
    /// What JSON says of the masks, each brought to the picture's size.
    ///
    /// - Parameter frame: of the embedding that was asked.
    public func records(in frame: ModelFrame) -> [PredictedMaskRecord] {
        predictedIoU.enumerated().map { index, predictedIoU in
            let logits = frame.upscaledLogits(self.logits.element(index))
            return PredictedMaskRecord(MaskPostprocessing.mask(logits), logits: logits, predictedIoU: predictedIoU)
        }
    }
}
