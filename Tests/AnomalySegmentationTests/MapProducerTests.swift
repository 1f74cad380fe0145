import CLIP
import Checkpoints
import Imaging
import Tensors
import TestSupport
import Testing

@testable import AnomalySegmentation

/// Element by element against `Tools/fixtures/anomaly_maps.py`.
///
/// A small probability errs relatively as much as its logit does absolutely: the scale of up to 100 times some units of
/// the last place of a cosine, so 2e-5; the bound is twice that.
@Suite("Producers of the map")
struct MapProducerTests {
    private static let bound = 4e-5

    private func expectClose(_ difference: TensorDifference, _ what: String, bound: Double = Self.bound) {
        #expect(difference.relative < bound, "\(what): \(difference)")
    }

    @Test("windows as WinCLIP has them, at the trained size and at another", arguments: [32, 48])
    func windows(side: Int) throws {
        let fixture = try MapFixture("windows")
        let clip = try fixture.clip(.gelu)
        var configuration = AnomalyConfiguration.winCLIP.map
        configuration.inputs = .sides(pixels: [side])
        configuration.side = MapFixture.raster
        let picture = try fixture.picture("pixels_\(side)")
        let features = try clip.windowFeatures(
            clip.configuration.preparation(for: picture).expanded(axis: 0), sides: [2, 3])
        #expect(features.scales.map(\.side) == [2, 3])
        if side == clip.configuration.imageSize {
            for scale in features.scales {
                expectClose(
                    try fixture.difference(scale.windows, "windows_\(scale.side)_of_\(side)"),
                    "windows of \(scale.side)")
            }
        }
        let producer = try WindowMapProducer(
            clip: clip, sides: [2, 3], includesPicture: true, configuration: configuration)
        let grids = try producer.grids(for: picture, between: fixture.texts())
        #expect(grids.count == 1)
        expectClose(try fixture.difference(grids[0].probabilities, "grid_\(side)"), "grid")
        expectClose(try fixture.difference(grids[0].clipScore, "score_\(side)"), "score")
        let map = try AnomalyMap(grids: grids, picture: picture.size, configuration: configuration)
        expectClose(try fixture.difference(map.squareMap, "map_\(side)"), "map")

        let without = try WindowMapProducer(
            clip: clip, sides: [2, 3], includesPicture: false, configuration: configuration
        ).grids(for: picture, between: fixture.texts())
        expectClose(
            try fixture.difference(without[0].probabilities, "grid_without_picture_\(side)"), "without the picture")
    }

    @Test("V-V attention in the last six blocks, bilinear positions, sigma 4: CLIP Surgery")
    func surgery() throws {
        let fixture = try MapFixture("surgery")
        var configuration = AnomalyConfiguration.clipSurgery.map
        configuration.inputs = .sides(pixels: [48])
        configuration.side = MapFixture.raster
        let picture = try fixture.picture()
        let clip = try fixture.clip(.quickGELU)
        func made(featureSurgery: Bool) throws -> [GridMap] {
            try DenseMapProducer(
                clip: clip, patches: PatchComparison(attention: .valueValue()), featureSurgery: featureSurgery,
                configuration: configuration
            ).grids(for: picture, between: fixture.texts())
        }
        let grids = try made(featureSurgery: false)
        expectClose(try fixture.difference(grids[0].probabilities, "grid"), "grid")
        expectClose(try fixture.difference(grids[0].clipScore, "score"), "score")
        let map = try AnomalyMap(grids: grids, picture: picture.size, configuration: configuration)
        expectClose(try fixture.difference(map.squareMap, "map"), "map")

        let remainder = try made(featureSurgery: true)
        expectClose(try fixture.difference(remainder[0].probabilities * 2 - 1, "remainder"), "feature surgery")
    }

    @Test("learnt prompts, V-V attention from an early block, one layer and three: AnomalyCLIP")
    func learntPrompts() throws {
        let fixture = try MapFixture("learnt_prompts")
        let clip = try fixture.clip(.quickGELU)
        let prompts = try LearntPrompts(fixture.archive(), for: clip.configuration)
        let vectors = try prompts.vectors(by: clip)
        let expected = try fixture.texts()
        expectClose(compare(vectors.normal, expected.normal), "normal text")
        expectClose(compare(vectors.abnormal, expected.abnormal), "abnormal text")

        var configuration = AnomalyConfiguration.anomalyCLIP.map
        configuration.inputs = .sides(pixels: [48])
        configuration.side = MapFixture.raster
        let picture = try fixture.picture()
        func map(layers: [Int] = [], pictureToken: PatchComparison.PictureToken = .raw) throws -> AnomalyMap {
            let patches = PatchComparison(
                attention: .valueValue(firstBlock: 3), layers: layers, pictureToken: pictureToken)
            let producer = try DenseMapProducer(clip: clip, patches: patches, configuration: configuration)
            return try AnomalyMap(
                grids: try producer.grids(for: picture, between: vectors), picture: picture.size,
                configuration: configuration)
        }
        let last = try map()
        expectClose(try fixture.difference(last.grids[0].probabilities, "grid"), "grid")
        expectClose(try fixture.difference(last.squareMap, "map"), "map")
        expectClose(try fixture.difference(last.clipScore, "score"), "score")
        expectClose(try fixture.difference(try map(layers: [2, 5, 8]).squareMap, "map_of_three"), "three layers")
        expectClose(
            try fixture.difference(try map(pictureToken: .normalized).clipScore, "score_normalized"),
            "score with the last norm")
    }

    @Test("adapters on the residual stream, logits enlarged with aligned corners: APRIL-GAN")
    func adapters() throws {
        let fixture = try MapFixture("adapters")
        let clip = try fixture.clip(.gelu)
        var configuration = AnomalyConfiguration.aprilGAN.map
        configuration.inputs = .sides(pixels: [48])
        configuration.side = MapFixture.raster
        let picture = try fixture.picture()
        let producer = try AdapterMapProducer(
            clip: clip, adapters: PatchAdapters(fixture.archive(), for: clip.configuration), layers: [],
            configuration: configuration)
        let grids = try producer.grids(for: picture, between: fixture.texts())
        #expect(grids.map(\.scale) == [.logit, .logit, .logit, .logit])
        for (grid, layer) in zip(grids, [2, 4, 6, 8]) {
            expectClose(try fixture.difference(grid.values, "logits_\(layer)"), "layer \(layer)")
            #expect(grid.probabilities.values.allSatisfy { (0...1).contains($0) })
        }
        let map = try AnomalyMap(grids: grids, picture: picture.size, configuration: configuration)
        expectClose(try fixture.difference(map.squareMap, "map"), "map")
        // 1e-16, the exponential of a logit near -37: a cosine's error may be 1e-6, as that of the vectors is.
        expectClose(try fixture.difference(map.clipScore, "score"), "score", bound: 1e-4)
    }

    @Test("one window that holds a patch and scores low makes the patch's score low")
    func harmonicMean() {
        let inverses = WindowMapProducer.meanInverses([0.5, 0.25, 0, 1], side: 2, gridHeight: 3, gridWidth: 3)
        let floor = 1e12
        #expect(inverses.allSatisfy { $0.isFinite })
        #expect(inverses[0] == 2 && inverses[1] == 3 && inverses[2] == 4)
        #expect(abs(inverses[4] - (2 + 4 + floor + 1) / 4) < 1 && abs(inverses[6] - floor) < 1 && inverses[8] == 1)
    }
}
