import Imaging
import SegmentAnything

/// From S and SAM's embedding to the result: PPG, CPS, fusion.
struct MapRefinement {
    let configuration: AnomalyConfiguration

    /// Why SAM need not be asked about a map; nil when it must.
    ///
    /// - Throws: ``AnomalySegmentationError/mapNotFinite(x:y:)``.
    func omission(_ map: AnomalyMap) throws(AnomalySegmentationError) -> AnomalyResult.Omission? {
        let heat = try HeatMap(map.scores, normalization: configuration.points.normalization)
        if heat.isFlat { return .flatMap }
        return heat.range.upperBound < configuration.promptGate ? .belowGate : nil
    }

    /// The result for a picture that SAM was not asked about: A = S, and no mask.
    func unrefined(
        _ map: AnomalyMap, _ omission: AnomalyResult.Omission, prompts: PointPrompts = .none,
        timings: StageTimings
    ) -> AnomalyResult {
        AnomalyResult(
            score: score(map, map.pictureScores), map: map, fusedMap: map.pictureScores,
            mask: Mask(size: map.pictureScores.size), prompts: prompts, cascades: [], omission: omission,
            timings: timings)
    }

    func refine(
        _ map: AnomalyMap, _ embedding: ImageEmbedding, _ predictor: some MaskPredicting, timings: StageTimings
    ) throws -> AnomalyResult {
        let picture = map.pictureScores.size
        guard picture == embedding.frame.original else {
            throw AnomalySegmentationError.pictureSizesDiffer(map: picture, embedding: embedding.frame.original)
        }
        var timings = timings
        let heat = try HeatMap(map.scores, normalization: configuration.points.normalization)
        let prompts = try timings.measure(\.points) {
            try PointPromptGenerator(configuration: configuration.points).prompts(heat, embedding)
        }
        if prompts.groups.isEmpty {
            return unrefined(map, heat.isFlat ? .flatMap : .noGroups, prompts: prompts, timings: timings)
        }
        let maps = PictureMaps(scores: map.pictureScores, heat: heat.heat(of: map.pictureScores))
        let runs = try timings.measure(\.cascade) {
            let cascade = PromptCascade(configuration: configuration.cascade)
            return try prompts.groups.map { try cascade.run($0, embedding, maps, predictor) }
        }
        let fused = timings.measure(\.fusion) { fuse(runs, prompts.groups, map.pictureScores) }
        return AnomalyResult(
            score: score(map, fused.map), map: map, fusedMap: fused.map, mask: fused.mask, prompts: prompts,
            cascades: fused.cascades, omission: nil, timings: timings)
    }

    private func fuse(
        _ runs: [PromptCascade.Run], _ groups: [PromptGroup], _ scores: ScoreMap
    ) -> (map: ScoreMap, mask: Mask, cascades: [CascadeTrace]) {
        let fusion = MaskFusion(configuration: configuration.fusion)
        let confidences = zip(runs, groups).map { fusion.confidence(of: $0, group: $1, scores: scores) }
        let superseded = fusion.superseded(runs, confidences: confidences)
        var parts: [MaskFusion.Part] = []
        var mask = Mask(size: scores.size)
        for (index, run) in runs.enumerated() where superseded[index] == nil && !run.mask.isEmpty {
            parts.append(
                MaskFusion.Part(
                    mask: run.mask, probability: fusion.probability(of: run), confidence: confidences[index]))
            mask = mask.union(run.mask)
        }
        let cascades = runs.indices.map { index in
            CascadeTrace(
                stages: runs[index].stages, outcome: runs[index].outcome, mask: runs[index].mask,
                confidence: confidences[index], supersededBy: superseded[index])
        }
        return (fusion.fused(scores, parts), mask, cascades)
    }

    private func score(_ map: AnomalyMap, _ fused: ScoreMap) -> Float {
        let weight = configuration.fusion.pictureScoreWeight
        return weight * map.pictureScore + (1 - weight) * (fused.range?.upperBound ?? 0)
    }
}
