import Imaging
import NeuralNetwork
import SegmentAnything

/// CPS: points; then points and the mask before; then points, the mask before, and its box.
///
/// Each stage takes the logits of the stage before as they are, rejected or not: the guards decide which mask may stand,
/// not what the next prompt is. A mask without a pixel ends the cascade.
struct PromptCascade {
    let configuration: CascadeConfiguration

    /// What the cascade gave for one group.
    struct Run {
        let trace: CascadeTrace
        /// Logits of the mask that stands, at the picture's size; nil for the group's own mask and for none.
        var logits: ScoreRows?
        /// nil for the group's own mask and for none.
        var predictedIoU: Float?
    }

    func run(
        _ group: PromptGroup, _ embedding: ImageEmbedding, _ maps: PictureMaps, _ predictor: some MaskPredicting,
        taps: ActivationTaps? = nil
    ) throws(PromptError) -> Run {
        let stage = CascadeStage(group: group, maps: maps, configuration: configuration)
        var results: [CascadeStage.StageResult] = []
        while results.count < configuration.stageCount {
            guard let prompt = nextPrompt(group, results, maps) else { break }
            let result = try stage.run(results.count + 1, prompt, embedding, predictor, taps: taps)
            results.append(result)
            if !result.isUsable { break }
        }
        return conclusion(group, results, maps)
    }

    private func nextPrompt(
        _ group: PromptGroup, _ results: [CascadeStage.StageResult], _ maps: PictureMaps
    ) -> Prompt? {
        let points = group.points.map(\.prompt)
        guard let last = results.last else { return Prompt(points: points) }
        if results.count == 1 { return Prompt(points: points, maskLogits: last.logits) }
        let box = StageBox.around(
            last.mask, positives: group.positives.map(\.position), scores: maps.scores, configuration)
        return box.map { Prompt(points: points, box: $0, maskLogits: last.logits) }
    }

    /// The last mask that was not rejected; the group's own mask where all were; nothing where the first was empty.
    private func conclusion(_ group: PromptGroup, _ results: [CascadeStage.StageResult], _ maps: PictureMaps) -> Run {
        let stages = results.map(\.trace)
        if let result = results.last(where: { $0.trace.rejection == nil }) {
            let mask =
                configuration.cleaning.map { MaskCleaning.cleaned(result.mask, of: group, heat: maps.heat, $0) }
                ?? result.mask
            if !mask.isEmpty {
                return Run(
                    trace: CascadeTrace(stages: stages, outcome: .stage(result.trace.stage), mask: mask),
                    logits: result.pictureLogits, predictedIoU: result.predictedIoU)
            }
        }
        if let first = results.first, first.isUsable, configuration.fallback == .groupMask {
            let mask = MaskRows(group.mask.resized(to: maps.scores.size))
            return Run(trace: CascadeTrace(stages: stages, outcome: .groupMask, mask: mask))
        }
        return Run(trace: CascadeTrace(stages: stages, outcome: .none, mask: MaskRows(size: maps.scores.size)))
    }
}
