import CLIP
import Imaging
import SegmentAnything
import Testing

@testable import AnomalySegmentation

@Suite("from a large picture to the result, tile by tile")
struct TiledSegmenterTests {
    @Test("a picture of one tile gives what it gives as a whole")
    func oneTile() throws {
        let picture = GeneratedModels.picture(width: 90, height: 61)
        let segmenter = try GeneratedModels.segmenter()
        let whole = try segmenter.segment(picture, object: "tile")
        let tiled = try segmenter.segment(
            picture, object: "tile", tiling: Tiling(side: 90, overlap: 10)
        ) { tile in
            #expect(tile.box == ImageBox(x0: 0, y0: 0, x1: 89, y1: 60))
            #expect(tile.result.prompts.groups.map(\.points) == whole.prompts.groups.map(\.points))
            #expect(tile.result.cascades.map(\.outcome) == whole.cascades.map(\.outcome))
        }
        #expect(tiled.fusedMap == whole.fusedMap && tiled.mask == whole.mask && tiled.score == whole.score)
        #expect(tiled.threshold == whole.prompts.threshold && tiled.omission == whole.omission)
    }

    @Test("tiles come in order, share one cut, and those without a hot pixel have no group")
    func tiles() throws {
        let picture = GeneratedModels.picture(width: 150, height: 100)
        let segmenter = try GeneratedModels.segmenter { $0.points.threshold = .percentile(percent: 98) }
        let tiling = Tiling(side: 60, overlap: 20)
        var boxes: [ImageBox] = []
        var groups = 0
        let found = try segmenter.segment(picture, object: "tile", tiling: tiling) { tile in
            boxes.append(tile.box)
            groups += tile.result.prompts.groups.count
            let cut = try #require(tile.result.prompts.threshold)
            let isHot = tile.result.map.squareMap.values.contains { $0 >= cut.score }
            #expect(isHot || tile.result.prompts.groups.isEmpty)
            #expect((tile.result.omission == .noGroups) == tile.result.prompts.groups.isEmpty)
            #expect((tile.result.timings.embedding > 0) == isHot)
        }
        #expect(try boxes == tiling.tiles(of: picture.size) && boxes.count == 8)
        #expect(groups > 0 && found.omission == nil)
        #expect(found.fusedMap.size == picture.size && found.mask.size == picture.size)
        #expect(found.fusedMap.values.allSatisfy { (0...1).contains($0) })
    }

    @Test(
        "without masks the product leaves the map, smoothed and sharpened, and the map alone is that of CLIP",
        arguments: [AffinityConfiguration(), nil], [RidgeConfiguration(), nil])
    func withoutMasks(_ affinity: AffinityConfiguration?, _ ridges: RidgeConfiguration?) throws {
        let picture = GeneratedModels.picture(width: 100, height: 60)
        func map(_ mode: FusionConfiguration.Mode) throws -> ScoreMap {
            let segmenter = try GeneratedModels.segmenter {
                ($0.affinity, $0.ridges) = (affinity, ridges)
                $0.fusion.mode = mode
                $0.cascade.areaMaximum = 0
                $0.cascade.largeGroupArea = 1
                $0.cascade.fallback = .nothing
            }
            let found = try segmenter.segment(
                picture, object: "tile", tiling: Tiling(side: 60, overlap: 20))
            #expect(found.mask.isEmpty)
            return found.fusedMap
        }
        #expect(try map(.gate) == map(.blend(maskWeight: 0)))
        #expect(try (map(.gate) == map(.clip)) == (affinity == nil && ridges == nil))
    }

    @Test("a gate above every tile's map leaves SAM out everywhere, and the joined map is CLIP's")
    func gate() throws {
        let picture = GeneratedModels.picture(width: 100, height: 60)
        var tiles = 0
        let found = try GeneratedModels.segmenter { $0.promptGate = 1 }.segment(
            picture, object: "tile", tiling: Tiling(side: 60, overlap: 20)
        ) { tile in
            tiles += 1
            #expect(tile.result.omission == .belowGate && tile.result.fusedMap == tile.result.clipMap)
        }
        #expect(tiles == 2 && found.omission == .belowGate && found.threshold == nil && found.mask.isEmpty)
    }

    @Test("what the caller throws at a tile ends the work")
    func ended() throws {
        struct Enough: Error {}
        let segmenter = try GeneratedModels.segmenter()
        #expect(throws: Enough.self) {
            try segmenter.segment(
                GeneratedModels.picture(width: 100, height: 60), object: "tile", tiling: Tiling(side: 60, overlap: 20)
            ) { _ in throw Enough() }
        }
        #expect(throws: AnomalySegmentationError.self) {
            try segmenter.segment(
                GeneratedModels.picture(width: 9, height: 6), object: "tile", tiling: Tiling(side: 9, overlap: 2))
        }
    }
}
