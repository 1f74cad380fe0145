import SegmentAnything

/// What predicts masks from prompts: SAM, or a script in a test of the order of the stages.
protocol MaskPredicting: Sendable {
    func predict(_ embedding: ImageEmbedding, _ prompt: Prompt, masks: MaskCount) throws(PromptError) -> MaskPrediction
}

extension SAMModel: MaskPredicting {}
