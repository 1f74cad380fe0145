import Imaging
import SegmentAnything

/// From S to the result: PPG, CPS, fusion.
struct MapRefinement {
    /// Why SAM need not run; nil when it must.
    let omission: AnomalyResult.Omission?
    private let map: AnomalyMap
    private let heat: HeatMap
    private let configuration: AnomalyConfiguration

    /// - Throws: ``AnomalySegmentationError/mapNotFinite(x:y:)``.
    init(_ map: AnomalyMap, _ configuration: AnomalyConfiguration) throws(AnomalySegmentationError) {
        self.map = map
        self.configuration = configuration
        heat = try HeatMap(map.squareMap, normalization: configuration.points.normalization)
        omission = heat.isFlat ? .flatMap : heat.range.upperBound < configuration.promptGate ? .belowGate : nil
    }

    /// The result, with the masks of `predictor` where SAM has to run.
    ///
    /// - Parameters:
    ///   - timings: of the stages before.
    ///   - embedding: makes SAM's embedding of the picture; not called where SAM need not run.
    /// - Throws: ``AnomalySegmentationError/pictureSizesDiffer(map:embedding:)`` for an embedding of a picture of another
    ///   size, and what `embedding` and `predictor` throw.
    func result(
        _ predictor: some MaskPredicting, timings: StageTimings,
        embedding: (inout StageTimings) throws -> ImageEmbedding
    ) throws -> AnomalyResult {
        if let omission { return unrefined(omission, timings: timings) }
        var timings = timings
        let embedding = try embedding(&timings)
        let picture = map.pictureMap.size
        guard picture == embedding.frame.original else {
            throw AnomalySegmentationError.pictureSizesDiffer(map: picture, embedding: embedding.frame.original)
        }
        let prompts = try timings.measure(\.points) {
            try PointPromptGenerator(configuration: configuration.points).prompts(heat, embedding)
        }
        if prompts.groups.isEmpty { return unrefined(.noGroups, prompts: prompts, timings: timings) }
        let runs = try timings.measure(\.cascade) {
            let maps = PictureMaps(scores: map.pictureMap, heat: heat.heat(of: map.pictureMap))
            let cascade = PromptCascade(configuration: configuration.cascade)
            return try prompts.groups.map { try cascade.run($0, embedding, maps, predictor) }
        }
        let fused = timings.measure(\.fusion) {
            MaskFusion(configuration: configuration.fusion).fused(runs, prompts.groups, map.pictureMap)
        }
        return AnomalyResult(
            score: score(fused.map), map: map, fusedMap: fused.map, mask: fused.mask, prompts: prompts,
            cascades: fused.cascades, omission: nil, timings: timings)
    }

    /// The result for a picture without masks: A = S.
    private func unrefined(
        _ omission: AnomalyResult.Omission, prompts: PointPrompts = .none, timings: StageTimings
    ) -> AnomalyResult {
        AnomalyResult(
            score: score(map.pictureMap), map: map, fusedMap: map.pictureMap, mask: Mask(size: map.pictureMap.size),
            prompts: prompts, cascades: [], omission: omission, timings: timings)
    }

    private func score(_ fused: ScoreMap) -> Float {
        let weight = configuration.fusion.pictureScoreWeight
        return weight * map.clipScore + (1 - weight) * (fused.range?.upperBound ?? 0)
    }
}
