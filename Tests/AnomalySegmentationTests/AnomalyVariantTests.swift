import CLIP
import Imaging
import Tensors
import Testing

@testable import AnomalySegmentation

@Suite("Variants of one configuration")
struct AnomalyVariantTests {
    @Test("an ablation changes one thing at a time, and ends with the configuration as it is")
    func list() throws {
        let clip = try GeneratedModels.clip()
        let (variants, unusable) = AnomalyVariant.ablation(of: .default, clip: clip)
        #expect(
            variants.map(\.name) == [
                "map", "affinity", "affinity-none", "ridges", "ridges-none", "points", "stages-2", "negatives-none",
                "negatives-most-similar",
                "negatives-lowest-heat",
                "fusion-blend", "fusion-gate", "fusion-mask", "map-vanilla", "map-winclip", "map-clip-surgery",
                "cascade",
            ])
        #expect(variants.last?.configuration == .default)
        #expect(unusable.map(\.method) == [.aprilGAN, .anomalyCLIP])
        guard case .missingMapWeights = unusable[0].reason, case .missingMapWeights = unusable[1].reason else {
            Issue.record("\(unusable)")
            return
        }
        for variant in variants {
            let changes = [
                variant.configuration.text != AnomalyConfiguration.default.text
                    || variant.configuration.map != AnomalyConfiguration.default.map,
                variant.configuration.affinity != AnomalyConfiguration.default.affinity,
                // Smoothing alone is shown before any other step.
                variant.configuration.ridges != AnomalyConfiguration.default.ridges && variant.name != "affinity",
                variant.configuration.points != AnomalyConfiguration.default.points,
                variant.configuration.cascade != AnomalyConfiguration.default.cascade,
                variant.configuration.fusion != AnomalyConfiguration.default.fusion,
            ].count { $0 }
            #expect(changes == (["map", "cascade"].contains(variant.name) ? 0 : 1), "\(variant.name)")
            #expect(variant.isMapAlone == variant.name.hasPrefix("map"))
        }
        let named = Dictionary(uniqueKeysWithValues: variants.map { ($0.name, $0.configuration) })
        #expect(["points", "stages-2", "cascade"].map { named[$0]?.cascade.stageCount } == [1, 2, 3])
        #expect(named["negatives-none"]?.points.negativeCount == 0)
        #expect(named["negatives-most-similar"]?.points.negativeRule == .hardSimilar())
        #expect(named["negatives-lowest-heat"]?.points.negativeRule == .lowestHeat())
        #expect(
            ["blend", "gate", "mask"].map { named["fusion-\($0)"]?.fusion.mode } == [.blend(), .gate, .mask])
    }

    @Test("what a configuration has is not listed again, whatever it is")
    func others() throws {
        let clip = try GeneratedModels.clip()
        let other = AnomalyConfiguration {
            $0.cascade.stageCount = 2
            ($0.affinity, $0.ridges) = (nil, nil)
            $0.points.negativeCount = 0
            $0.fusion.mode = .mask
            $0.map = AnomalyConfiguration.winCLIP.map
            $0.text = AnomalyConfiguration.winCLIP.text
        }
        #expect(
            AnomalyVariant.ablation(of: other, clip: clip).variants.map(\.name) == [
                "map", "points", "stages-3", "negatives-least-similar", "negatives-most-similar",
                "negatives-lowest-heat", "fusion-blend", "fusion-gate", "fusion-soft-gate", "map-dense", "map-vanilla",
                "map-clip-surgery", "cascade",
            ])
    }

    @Test("each variant gives what a segmenter of its configuration gives, to the bit")
    func sameAsAlone() throws {
        let scene = try VariantScene()
        let variants = scene.ablation()
        let results = try scene.results(variants)
        var maps: Set<[Float]> = []
        for variant in variants {
            let alone = try AnomalySegmenter(clip: scene.clip, sam: scene.sam, configuration: variant.configuration)
                .segment(scene.picture, object: "tile")
            let found = try #require(results[variant.name])
            if variant.isMapAlone {
                #expect(found.scores == alone.clipMap && found.result == nil, "\(variant.name)")
            } else {
                #expect(found.scores == alone.fusedMap && found.score == alone.score, "\(variant.name)")
                #expect(found.result?.mask == alone.mask && found.result?.omission == alone.omission)
            }
            maps.insert(found.scores.values)
        }
        // The variants differ, so that the comparison says something; two of the rules for negatives may agree.
        #expect(maps.count >= variants.count - 2, "\(maps.count) of \(variants.count)")
    }

    @Test("names must be there and differ, and a picture must hold a pixel")
    func mistakes() throws {
        let scene = try VariantScene()
        let map = AnomalyVariant.map(of: VariantScene.configuration)
        var nameless = map
        nameless.name = ""
        #expect(throws: AnomalySegmentationError.variantNames(repeated: "map")) { try scene.segmenter([map, map]) }
        #expect(throws: AnomalySegmentationError.variantNames(repeated: "")) { try scene.segmenter([nameless]) }
        #expect(
            "\(AnomalySegmentationError.variantNames(repeated: "map"))"
                == "two variants are called map: give each a name of its own")
        #expect(
            "\(AnomalySegmentationError.variantNames(repeated: ""))"
                == "a variant has no name: give each one of its own")
        var broken = map
        broken.configuration.map.side = 3
        #expect(throws: AnomalySegmentationError.self) { try scene.segmenter([broken]) }
        #expect(throws: AnomalySegmentationError.emptyPicture(.init(width: 0, height: 4))) {
            try scene.segmenter([map]).forEachResult(
                .init(size: .init(width: 0, height: 4), pixels: []), object: "tile"
            ) { _, _ in }
        }
    }
}
