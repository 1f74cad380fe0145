import CLIP
import Imaging
import SegmentAnything

@testable import AnomalySegmentation

/// Generated models, a picture, and a configuration that is small enough to try many variants of it.
struct VariantScene {
    let clip: CLIPModel
    let sam: SAMModel
    let picture = GeneratedModels.picture(width: 60, height: 44)

    init() throws {
        clip = try GeneratedModels.clip()
        sam = try GeneratedModels.sam()
    }

    /// Fit for the small generated models.
    static func fitted(_ configuration: AnomalyConfiguration) -> AnomalyConfiguration {
        var configuration = configuration
        configuration.text.table = PromptTable(
            name: "short", normalStates: ["{}"], abnormalStates: ["{} with flaw"], templates: ["a photo of a {}."])
        configuration.map.side = 64
        configuration.map.smoothing = 1
        return configuration
    }

    static let configuration = fitted(
        AnomalyConfiguration {
            $0.map.inputs = .scales(ofModelSide: [1, 1.5])
            // Nothing is rejected, so that each part shows.
            $0.cascade = .paper
            // A generated SAM trusts none of its masks.
            $0.fusion.usesPredictedIoU = false
            $0.points.threshold = .percentile(percent: 90)
            $0.points.negativeRule = .leastSimilar(similarityWeight: 1, heatMaximum: 1)
        })

    /// The variants of an ablation, with sentences that take a moment.
    func ablation() -> [AnomalyVariant] {
        AnomalyVariant.ablation(of: Self.configuration, clip: clip).variants.map { variant in
            var variant = variant
            variant.configuration = Self.fitted(variant.configuration)
            return variant
        }
    }

    func segmenter(_ variants: [AnomalyVariant], _ store: EncodingStore? = nil) throws -> VariantSegmenter {
        try VariantSegmenter(clip: clip, sam: sam, variants: variants, encodings: store)
    }

    /// The results of all variants, by name.
    func results(
        _ variants: [AnomalyVariant], _ store: EncodingStore? = nil
    ) throws -> [String: VariantResult] {
        var results: [String: VariantResult] = [:]
        try segmenter(variants, store).forEachResult(picture, object: "tile") { results[$0.name] = $1 }
        return results
    }
}
