import SegmentAnything

/// Who answers prompts: SAM, or a script in a test of the order of the questions.
protocol MaskPredicting: Sendable {
    func predict(
        _ embedding: ImageEmbedding, _ prompt: Prompt, masks: MaskCount
    ) throws(PromptError) -> MaskPrediction
}

extension SAMModel: MaskPredicting {}
