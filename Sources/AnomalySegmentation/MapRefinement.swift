import Imaging
import NeuralNetwork
import SegmentAnything

/// From S to the result: smoothing, PPG, CPS, fusion, sharpening.
struct MapRefinement {
    /// Why SAM need not run; nil when it must.
    let omission: AnomalyResult.Omission?
    private let map: AnomalyMap
    /// Of S as CLIP made it: it decides whether SAM runs.
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
        heat = try HeatMap(map.squareMap, normalization: configuration.points.normalization, range: scale?.range)
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
        var timings = timings
        let masks = try masks(predictor, timings: &timings, embedding: embedding)
        return result(of: masks, configuration.fusion, timings: timings)
    }

    /// What PPG and CPS make of the map, before any fusion.
    struct Masks {
        var runs: [PromptCascade.Run] = []
        var prompts = PointPrompts.none
        /// S as the points were found on it; nil where SAM did not run.
        var smoothedMap: AnomalyMap?
        /// Why SAM did not run; nil where it did.
        var omission: AnomalyResult.Omission?
    }

    /// PPG and CPS. Errors are those of ``result(_:timings:embedding:)``.
    ///
    /// - Parameter smoothed: S smoothed by SAM's features, where it was made before.
    func masks(
        _ predictor: some MaskPredicting, smoothed: AnomalyMap? = nil, timings: inout StageTimings,
        embedding: (inout StageTimings) throws(AnomalySegmentationError) -> ImageEmbedding
    ) throws(AnomalySegmentationError) -> Masks {
        if let omission { return Masks(omission: omission) }
        if let cut = scale?.threshold, !heat.heat.values.contains(where: { $0 >= cut.heat }) {
            return Masks(prompts: PointPrompts(threshold: cut, groups: [], rejectedRegions: []))
        }
        let embedding = try embedding(&timings)
        let picture = map.pictureRows.size
        guard picture == embedding.frame.original else {
            throw .pictureSizesDiffer(map: picture, embedding: embedding.frame.original)
        }
        let (map, heat, prompts) = try timings.measure(\.points) { () throws(AnomalySegmentationError) in
            let features = try CoFeatureSimilarity(embedding, centers: configuration.points.centersFeatures)
            let map = smoothed ?? self.smoothed(by: features)
            let heat = try HeatMap(
                map.squareMap, normalization: configuration.points.normalization, range: scale?.range, taps: taps)
            let prompts = PointPromptGenerator(configuration: configuration.points)
                .prompts(heat, features, threshold: scale?.threshold, taps: taps)
            return (map, heat, prompts)
        }
        if prompts.groups.isEmpty && scale == nil { return Masks(prompts: prompts, omission: .noGroups) }
        let runs = try timings.measure(\.cascade) { () throws(AnomalySegmentationError) in
            let maps = PictureMaps(scores: map.pictureRows, heat: heat.heat(of: map.pictureRows))
            let cascade = PromptCascade(configuration: configuration.cascade)
            return try AnomalySegmentationError.wrapping { () throws(PromptError) in
                try prompts.groups.enumerated().map { index, group throws(PromptError) in
                    try cascade.run(group, embedding, maps, predictor, taps: taps?.child("groups").child(index))
                }
            }
        }
        return Masks(runs: runs, prompts: prompts, smoothedMap: map)
    }

    /// S smoothed over what SAM finds alike.
    private func smoothed(by features: CoFeatureSimilarity) -> AnomalyMap {
        guard let affinity = configuration.affinity else { return map }
        let square = FeatureAffinity(features: features, configuration: affinity).smoothed(map.squareMap)
        return AnomalyMap(map, squareMap: square.handed(to: taps, "affinity.square"))
    }

    /// The result, fused as `fusion` says. Where SAM was not asked, A = S.
    func result(of masks: Masks, _ fusion: FusionConfiguration, timings: StageTimings) -> AnomalyResult {
        if let omission = masks.omission {
            let scores = map.pictureMap
            return AnomalyResult(
                score: map.pictureScore(scores, fusion), map: map, smoothedMap: map, fusedMap: scores,
                mask: Mask(size: scores.size),
                prompts: masks.prompts, cascades: [], omission: omission, timings: timings)
        }
        var timings = timings
        let smoothedMap = masks.smoothedMap ?? map
        let fused = timings.measure(\.fusion) {
            var fused = MaskFusion(configuration: fusion, isPart: scale != nil)
                .fused(
                    masks.runs, masks.prompts.groups,
                    fusion.mode == .clip ? map.pictureRows : smoothedMap.pictureRows)
            // CLIP's own map stays as it is.
            if fusion.mode != .clip { map.sharpen(&fused.map, configuration.ridges, taps: taps) }
            return fused
        }
        return AnomalyResult(
            score: map.pictureScore(fused.map, fusion), map: map, smoothedMap: smoothedMap, fusedMap: fused.map,
            mask: fused.mask,
            prompts: masks.prompts, cascades: fused.cascades,
            omission: masks.prompts.groups.isEmpty ? .noGroups : nil, timings: timings)
    }
}

extension AnomalyMap {
    /// Sharpens a final map of this picture by the picture's lines, where that is wanted.
    func sharpen(_ final: inout ScoreMap, _ ridges: RidgeConfiguration?, taps: ActivationTaps? = nil) {
        guard let ridges, let detail else { return }
        RidgeSharpening(configuration: ridges).sharpen(&final, detail, taps: taps)
    }

    /// The score of the picture as a whole: CLIP's own, and the largest value of a final map.
    func pictureScore(_ final: ScoreMap, _ fusion: FusionConfiguration) -> Float {
        let weight = fusion.pictureScoreWeight
        return weight * clipScore + (1 - weight) * (final.range?.upperBound ?? 0)
    }
}
