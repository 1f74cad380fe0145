import Imaging
import SegmentAnything

/// CPS: points; then points and the mask before; then points, the mask before, and its box.
///
/// Each question takes the logits of the answer before as they are, rejected or not: the guards decide what may stand,
/// not what is asked. An answer without a pixel ends the ladder.
struct PromptCascade {
    let configuration: CascadeConfiguration

    /// What the ladder gave for one group.
    struct Run {
        let stages: [StageTrace]
        let outcome: CascadeTrace.Outcome
        let mask: Mask
        /// Logits of the answer that stands, at the picture's size; nil for the group's own mask and for none.
        let logits: ScoreMap?
        /// nil for the group's own mask and for none.
        let predictedIoU: Float?
    }

    func run(
        _ group: PromptGroup, _ embedding: ImageEmbedding, _ maps: PictureMaps, _ predictor: some MaskPredicting
    ) throws(PromptError) -> Run {
        let stage = CascadeStage(group: group, maps: maps, configuration: configuration)
        var answers: [CascadeStage.Answer] = []
        while answers.count < configuration.stageCount {
            guard let prompt = nextPrompt(group, answers, maps) else { break }
            let answer = try stage.ask(answers.count + 1, prompt, embedding, predictor)
            answers.append(answer)
            if !answer.isUsable { break }
        }
        return conclusion(group, answers, maps)
    }

    private func nextPrompt(_ group: PromptGroup, _ answers: [CascadeStage.Answer], _ maps: PictureMaps) -> Prompt? {
        let points = group.points.map(\.prompt)
        guard let last = answers.last else { return Prompt(points: points) }
        if answers.count == 1 { return Prompt(points: points, maskLogits: last.logits) }
        let box = StageBox.around(
            last.mask, positives: group.positives.map(\.position), scores: maps.scores, configuration)
        return box.map { Prompt(points: points, box: $0, maskLogits: last.logits) }
    }

    /// The last answer that was not rejected; the group's own mask where all were; nothing where the first was empty.
    private func conclusion(_ group: PromptGroup, _ answers: [CascadeStage.Answer], _ maps: PictureMaps) -> Run {
        let stages = answers.map(\.trace)
        if let answer = answers.last(where: { $0.trace.rejection == nil }) {
            let mask =
                configuration.cleans
                ? MaskCleaning.cleaned(answer.mask, of: group, heat: maps.heat, configuration) : answer.mask
            if !mask.isEmpty {
                return Run(
                    stages: stages, outcome: .stage(answer.trace.stage), mask: mask, logits: answer.pictureLogits,
                    predictedIoU: answer.predictedIoU)
            }
        }
        if let first = answers.first, first.isUsable, configuration.fallback == .groupMask {
            return Run(
                stages: stages, outcome: .groupMask, mask: group.mask.resized(to: maps.scores.size), logits: nil,
                predictedIoU: nil)
        }
        return Run(
            stages: stages, outcome: .none, mask: Mask(size: maps.scores.size), logits: nil, predictedIoU: nil)
    }
}
