public import Tensors

/// The masks that the decoder predicts for one prompt.
public struct MaskPrediction: Sendable {
    /// `[masks, height, width]` over the model's whole square, at its low resolution; above 0 is inside.
    /// ``ModelFrame/upscaledLogits(_:)`` brings one mask to the picture's size, and ``Prompt/maskLogits`` takes one back.
    public let logits: Tensor
    /// The model's own estimate of each mask's IoU with the truth, one value a mask, about 0...1 but not clamped.
    public let predictedIoU: [Float]

    /// - Parameters:
    ///   - logits: `[masks, height, width]`.
    ///   - predictedIoU: one value a mask.
    public init(logits: Tensor, predictedIoU: [Float]) {
        self.logits = logits
        self.predictedIoU = predictedIoU
    }

    /// The index of the mask with the highest predicted IoU.
    public var best: Int { predictedIoU.indices.max { predictedIoU[$0] < predictedIoU[$1] } ?? 0 }
}
