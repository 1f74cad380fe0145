public import AnomalySegmentation
import Imaging
public import SegmentAnything
import Tensors

/// What each stage of the cascade did to the mask of a group.
public struct StageEffects: Codable, Hashable, Sendable {
    /// One pass through the decoder.
    public struct Stage: Codable, Hashable, Sendable {
        /// 1, 2 or 3.
        public let stage: Int
        /// Of the mask that went on, pixels of the picture.
        public let area: Int
        /// The model's own estimate for it.
        public let predictedIoU: Float
        /// With the mask of the stage before, 0...1; nil for the first stage, and where both are empty.
        public let iouWithPrevious: Double?
        /// With the mask that stands for the group in the end, cleaned; nil where both are empty.
        public let iouWithFinal: Double?
    }

    /// In order.
    public let stages: [Stage]

    /// What stands in a result already, measured. No model is asked.
    ///
    /// - Parameters:
    ///   - trace: of a group.
    ///   - frame: of the picture in SAM's square.
    public init(of trace: CascadeTrace, frame: ModelFrame) {
        let masks = trace.stages.map { stage in
            MaskPostprocessing.mask(frame.upscaledLogits(stage.logits.element(stage.chosen)))
        }
        let final = trace.mask
        stages = trace.stages.enumerated().map { index, stage in
            let mask = masks[index]
            return Stage(
                stage: stage.stage, area: mask.area, predictedIoU: stage.predictedIoU[stage.chosen],
                iouWithPrevious: index == 0 ? nil : mask.intersectionOverUnion(with: masks[index - 1]),
                iouWithFinal: mask.intersectionOverUnion(with: final))
        }
    }
}

extension CascadeTrace {
    /// What SAM was asked in a stage, with the mask that went on from the stage before, so that it can be asked again and
    /// observed.
    ///
    /// - Parameter stage: 1, 2 or 3.
    /// - Returns: nil for a stage that did not run.
    public func prompt(ofStage stage: Int) -> Prompt? {
        guard let index = stages.firstIndex(where: { $0.stage == stage }) else { return nil }
        let trace = stages[index]
        var logits: Tensor?
        if trace.hasMaskPrompt, index > 0 { logits = stages[index - 1].logits.element(stages[index - 1].chosen) }
        return Prompt(points: trace.points, box: trace.box, maskLogits: logits)
    }
}
