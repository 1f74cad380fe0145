import Imaging
import NeuralNetwork
import SegmentAnything
import Tensors

/// S and n at the picture's own size.
struct PictureMaps {
    let scores: ScoreRows
    let heat: ScoreRows
}

/// One pass through the decoder: which of its masks goes on, and whether that one may stand.
struct CascadeStage {
    let group: PromptGroup
    let maps: PictureMaps
    let configuration: CascadeConfiguration

    /// The chosen mask at the picture's size, beside its record.
    struct StageResult {
        let trace: StageTrace
        /// Of the chosen mask: `[height, width]` over SAM's square.
        let logits: Tensor
        /// Of the chosen mask, at the picture's size.
        let pictureLogits: ScoreRows
        /// The picture's pixels with logits above 0.
        let mask: MaskRows

        /// Whether another stage can be built on it.
        var isUsable: Bool { trace.rejection != .empty && trace.rejection != .notFinite }
        var predictedIoU: Float { trace.predictedIoU[trace.chosen] }
    }

    /// Runs the decoder and chooses among its masks.
    ///
    /// - Parameter taps: at the group's place, for observers.
    func run(
        _ stage: Int, _ prompt: Prompt, _ embedding: ImageEmbedding, _ predictor: some MaskPredicting,
        taps: ActivationTaps? = nil
    ) throws(PromptError) -> StageResult {
        let isMultiple = configuration.multimaskByStage[stage - 1]
        let prediction = try predictor.predict(embedding, prompt, masks: isMultiple ? .multiple : .single)
            .handed(to: taps?.child("stages").child(stage))
        let candidates = (0..<prediction.logits.shape[0]).map {
            candidate(prediction.logits.element($0), embedding.frame)
        }
        let scores = candidates.indices.map { self.score(candidates[$0].mask, prediction.predictedIoU[$0]) }
        let chosen = Self.best(scores)
        let found = candidates[chosen]
        let trace = StageTrace(
            stage: stage, points: prompt.points, box: prompt.box, hasMaskPrompt: prompt.maskLogits != nil,
            logits: prediction.logits, predictedIoU: prediction.predictedIoU, selectionScores: scores,
            chosen: chosen, area: found.mask.area, rejection: rejection(of: found.mask, found.areFinite))
        return StageResult(
            trace: trace, logits: prediction.logits.element(chosen), pictureLogits: found.pictureLogits,
            mask: found.mask)
    }

    private func candidate(_ logits: Tensor, _ frame: ModelFrame) -> (
        pictureLogits: ScoreRows, mask: MaskRows, areFinite: Bool
    ) {
        let picture = frame.logitRows(logits)
        let areFinite = logits.withUnsafeBufferPointer { $0.allSatisfy(\.isFinite) }
        return (picture, MaskRows(picture, above: 0), areFinite)
    }

    /// The first of the highest scores; one that is not a number loses.
    static func best(_ scores: [Float]) -> Int {
        var best = 0
        for index in scores.indices where scores[index] > scores[best] || scores[best].isNaN { best = index }
        return best
    }

    private func score(_ mask: MaskRows, _ predictedIoU: Float) -> Float {
        switch configuration.selectionRule {
        case .predictedIoU: predictedIoU
        case .mapAgreement(let diameter): agreement(mask, ringDiameter: diameter) + 0.5 * predictedIoU
        }
    }

    /// Mean n inside less mean n in the ring around; the lowest value there is for an empty mask.
    private func agreement(_ mask: MaskRows, ringDiameter: Int) -> Float {
        guard let inside = maps.heat.mean(over: mask) else { return -.infinity }
        let scale = Double(max(mask.size.width, mask.size.height)) / Double(AnomalyMapConfiguration.standardSide)
        let radius = max(1, Int((Double(ringDiameter - 1) / 2 * scale).rounded()))
        let ring = mask.dilated(ellipse: 2 * radius + 1).subtracting(mask)
        return inside - (maps.heat.mean(over: ring) ?? 0)
    }

    private func rejection(of mask: MaskRows, _ areFinite: Bool) -> StageTrace.Rejection? {
        if !areFinite { return .notFinite }
        guard let meanHeat = maps.heat.mean(over: mask) else { return .empty }
        let share = Float(mask.area) / Float(mask.size.pixelCount)
        let groupShare = Float(group.mask.area) / Float(group.mask.size.pixelCount)
        if share > configuration.areaMaximum && groupShare <= configuration.largeGroupArea {
            return .tooLarge(share: share)
        }
        if meanHeat < configuration.meanHeatMinimum { return .cold(meanHeat: meanHeat) }
        if configuration.requiresPositive && !group.positives.contains(where: { mask.holds($0.position) }) {
            return .missesPositives
        }
        return nil
    }
}

extension MaskPrediction {
    /// The prediction as an observer saw it and may have replaced it.
    fileprivate func handed(to taps: ActivationTaps?) -> MaskPrediction {
        guard let taps else { return self }
        let quality = taps("predicted_iou", Tensor(predictedIoU, shape: [predictedIoU.count]))
        return MaskPrediction(logits: taps("logits", logits), predictedIoU: quality.values)
    }
}

extension MaskRows {
    /// Whether the pixel under a point of the picture holds; false outside.
    func holds(_ point: ImagePoint) -> Bool {
        holds(x: Int(point.x.rounded()), y: Int(point.y.rounded()))
    }
}
