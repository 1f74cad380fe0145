public import Tensors

/// What the decoder answers to one prompt.
public struct MaskPrediction: Sendable {
    /// `[masks, height, width]` over the model's whole square, at its low resolution; above 0 is inside.
    /// ``ModelFrame/upscaledLogits(_:)`` brings one mask to the picture's size, and ``Prompt/maskLogits`` takes one back.
    public let logits: Tensor
    /// The model's own estimate of each mask's IoU with the truth, one value a mask, about 0...1 but not clamped.
    public let predictedIoU: [Float]

    public init(logits: Tensor, predictedIoU: [Float]) {
        self.logits = logits
        self.predictedIoU = predictedIoU
    }

    /// The mask of which the model thinks best.
    public var best: Int {
        predictedIoU.indices.max { predictedIoU[$0] < predictedIoU[$1] } ?? 0
    }
}
