import Imaging
import NeuralNetwork
import SegmentAnything

/// From S to the result: PPG, CPS, fusion.
struct MapRefinement {
    /// Why SAM need not run; nil when it must.
    let omission: AnomalyResult.Omission?
    private let map: AnomalyMap
    private let heat: HeatMap
    private let configuration: AnomalyConfiguration
    /// What a tile shares with the others; nil for a picture as a whole.
    private let scale: TileScale?
    private let taps: ActivationTaps?

    /// - Parameter taps: at the root, for observers.
    /// - Throws: ``AnomalySegmentationError/mapNotFinite(x:y:)``.
    init(
        _ map: AnomalyMap, _ configuration: AnomalyConfiguration, scale: TileScale? = nil,
        taps: ActivationTaps? = nil
    ) throws(AnomalySegmentationError) {
        self.map = map
        self.configuration = configuration
        self.scale = scale
        self.taps = taps
        heat = try HeatMap(
            map.squareMap, normalization: configuration.points.normalization, range: scale?.range, taps: taps)
        omission = scale == nil ? heat.omission(gate: configuration.promptGate) : scale?.omission
    }

    /// The result, with the masks of `predictor` where SAM has to run.
    ///
    /// - Parameters:
    ///   - timings: of the stages before.
    ///   - embedding: makes SAM's embedding of the picture; not called where SAM need not run.
    /// - Throws: ``AnomalySegmentationError``, also for what `embedding` and `predictor` throw.
    func result(
        _ predictor: some MaskPredicting, timings: StageTimings,
        embedding: (inout StageTimings) throws(AnomalySegmentationError) -> ImageEmbedding
    ) throws(AnomalySegmentationError) -> AnomalyResult {
        if let omission { return unrefined(omission, timings: timings) }
        if let cut = scale?.threshold, !heat.heat.values.contains(where: { $0 >= cut.heat }) {
            return refined([], PointPrompts(threshold: cut, groups: [], rejectedRegions: []), timings: timings)
        }
        var timings = timings
        let embedding = try embedding(&timings)
        let picture = map.pictureRows.size
        guard picture == embedding.frame.original else {
            throw .pictureSizesDiffer(map: picture, embedding: embedding.frame.original)
        }
        let prompts = try timings.measure(\.points) { () throws(AnomalySegmentationError) in
            try PointPromptGenerator(configuration: configuration.points)
                .prompts(heat, embedding, threshold: scale?.threshold, taps: taps)
        }
        if prompts.groups.isEmpty && scale == nil { return unrefined(.noGroups, prompts: prompts, timings: timings) }
        let runs = try timings.measure(\.cascade) { () throws(AnomalySegmentationError) in
            let maps = PictureMaps(scores: map.pictureRows, heat: heat.heat(of: map.pictureRows))
            let cascade = PromptCascade(configuration: configuration.cascade)
            return try AnomalySegmentationError.wrapping { () throws(PromptError) in
                try prompts.groups.enumerated().map { index, group throws(PromptError) in
                    try cascade.run(group, embedding, maps, predictor, taps: taps?.child("groups").child(index))
                }
            }
        }
        return refined(runs, prompts, timings: timings)
    }

    /// The result for a picture on which SAM ran, or for a part of one.
    private func refined(
        _ runs: [PromptCascade.Run], _ prompts: PointPrompts, timings: StageTimings
    ) -> AnomalyResult {
        var timings = timings
        let fused = timings.measure(\.fusion) {
            MaskFusion(configuration: configuration.fusion, isPart: scale != nil)
                .fused(runs, prompts.groups, map.pictureRows)
        }
        return AnomalyResult(
            score: score(fused.map), map: map, fusedMap: fused.map, mask: fused.mask, prompts: prompts,
            cascades: fused.cascades, omission: prompts.groups.isEmpty ? .noGroups : nil, timings: timings)
    }

    /// The result for a picture without masks: A = S.
    private func unrefined(
        _ omission: AnomalyResult.Omission, prompts: PointPrompts = .none, timings: StageTimings
    ) -> AnomalyResult {
        let scores = map.pictureMap
        return AnomalyResult(
            score: score(scores), map: map, fusedMap: scores, mask: Mask(size: scores.size), prompts: prompts,
            cascades: [], omission: omission, timings: timings)
    }

    private func score(_ fused: ScoreMap) -> Float {
        let weight = configuration.fusion.pictureScoreWeight
        return weight * map.clipScore + (1 - weight) * (fused.range?.upperBound ?? 0)
    }
}
