import Imaging
import SegmentAnything
import Testing

@testable import AnomalySegmentation

@Suite("Point prompts of a picture")
struct PointPromptGeneratorTests {
    private func prompts(
        _ map: ScoreMap, _ embedding: ImageEmbedding, _ configuration: PointPromptConfiguration = .init()
    ) throws -> PointPrompts {
        try PointPromptGenerator(configuration: configuration)
            .prompts(
                HeatMap(map, normalization: configuration.normalization),
                CoFeatureSimilarity(embedding, centers: configuration.centersFeatures))
    }

    @Test("a defect gives a group whose points and box are pixels of the picture")
    func oneDefect() throws {
        // The map is 64 x 64, the picture 256 x 128: columns are 4 px wide, rows 2 px high.
        let map = Scene.map(64, 64, Scene.cone(at: 20, 40, slope: 0.1))
        let embedding = Scene.embedding(side: 64, picture: ImageSize(width: 256, height: 128)) { channel, _, _ in
            channel == 0 ? 1 : 0
        }
        let found = try prompts(map, embedding, PointPromptConfiguration { $0.minimumRegionArea = 1 })
        let group = try #require(found.groups.first)
        #expect(found.groups.count == 1 && group.positives.count == 1 && group.negatives.count >= 1)
        let peak = group.positives[0]
        #expect(peak.mapPixel == MapPixel(x: 20, y: 40) && peak.score == 1 && peak.reason == .peak)
        // (20.5 * 4 - 0.5, 40.5 * 2 - 0.5), rounded away from zero at halves.
        #expect(peak.position == ImagePoint(x: 82, y: 81))
        #expect(peak.label == .positive && group.negatives.allSatisfy { $0.label == .negative })
        #expect(group.points.map(\.label).first == .positive)
        #expect(group.box.contains(x: 82, y: 81))
        for point in group.points {
            #expect(
                point.position.x >= 0 && point.position.x <= 255 && point.position.y >= 0 && point.position.y <= 127)
        }
    }

    @Test("two defects give two groups, the stronger first")
    func twoDefects() throws {
        let map = Scene.map(64, 64) { x, y in
            max(Scene.cone(at: 15, 15, slope: 0.1)(x, y) * 0.9, Scene.cone(at: 45, 45, slope: 0.1)(x, y))
        }
        let found = try prompts(map, Scene.plainEmbedding(side: 64))
        #expect(found.groups.map { $0.positives[0].mapPixel } == [MapPixel(x: 45, y: 45), MapPixel(x: 15, y: 15)])
        let joint = try prompts(
            map, Scene.plainEmbedding(side: 64),
            PointPromptConfiguration {
                $0.spacing = .distance(pixels: 30)
                $0.grouping = .joint
            })
        #expect(joint.groups.count == 1)
        #expect(joint.groups[0].positives.map(\.mapPixel) == [MapPixel(x: 45, y: 45), MapPixel(x: 15, y: 15)])
    }

    @Test("a map with a value that is not a number is refused with its place", arguments: [Float.nan, .infinity])
    func notFinite(value: Float) {
        let map = Scene.map(8, 8) { x, y in x == 5 && y == 2 ? value : 0 }
        #expect(throws: AnomalySegmentationError.mapNotFinite(x: 5, y: 2)) {
            try prompts(map, Scene.plainEmbedding(side: 32))
        }
    }

    @Test("the scale of the map does not move the points")
    func scale() throws {
        let map = Scene.map(64, 64, Scene.cone(at: 30, 22, slope: 0.06))
        let faint = map.map { 0.25 + 0.125 * $0 }
        let embedding = Scene.embedding(side: 64) { channel, row, column in Float((row * 3 + column + channel) % 5) }
        let (left, right) = (try prompts(map, embedding), try prompts(faint, embedding))
        let (group, faintGroup) = (try #require(left.groups.first), try #require(right.groups.first))
        #expect(group.points.map(\.mapPixel) == faintGroup.points.map(\.mapPixel))
        #expect(group.points.count > 1 && faintGroup.peakScore == 0.375)
    }

    @Test("a mirrored picture gives mirrored positives")
    func mirrored() throws {
        let map = Scene.map(64, 64) { x, y in
            max(Scene.cone(at: 12, 15, slope: 0.1)(x, y) * 0.9, Scene.cone(at: 50, 41, slope: 0.1)(x, y))
        }
        let flipped = Scene.map(64, 64) { x, y in map[x: 63 - x, y: y] }
        let embedding = Scene.plainEmbedding(side: 64)
        let (left, right) = (try prompts(map, embedding), try prompts(flipped, embedding))
        #expect(left.groups.count == 2)
        #expect(
            left.groups.map { $0.positives[0].mapPixel }
                == right.groups.map { MapPixel(x: 63 - $0.positives[0].mapPixel.x, y: $0.positives[0].mapPixel.y) })
    }

    @Test("the paper's values give one group")
    func paper() throws {
        let map = Scene.map(64, 64) { x, y in
            max(Scene.cone(at: 15, 15, slope: 0.1)(x, y) * 0.9, Scene.cone(at: 45, 45, slope: 0.1)(x, y))
        }
        let found = try prompts(map, Scene.plainEmbedding(side: 64), .paper)
        #expect(found.groups.count == 1 && found.threshold?.rule == .fixed)
    }
}
