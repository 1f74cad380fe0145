import Imaging
import SegmentAnything
import Testing

@testable import AnomalySegmentation

@Suite("Negative points")
struct NegativeSelectionTests {
    private let size = ImageSize(width: 64, height: 64)
    private var group: Mask { Scene.mask(size, ImageBox(x0: 30, y0: 30, x1: 33, y1: 33)) }

    /// n is 1 in the group, and outside rises from left to right: 0 ... 0.63.
    private var map: ScoreMap {
        let group = group
        return Scene.map(64, 64) { x, y in group[x: x, y: y] ? 1 : Float(x) / 100 }
    }

    /// Similar to the group above, opposite to it below.
    private var similarity: SimilarityGrid {
        SimilarityGrid(
            frame: ModelFrame(original: size, side: 64, patch: 8), columns: 8,
            values: (0..<64).map { $0 < 32 ? 0.9 : -0.9 })
    }

    private func choose(
        _ count: Int, by rule: PointPromptConfiguration.NegativeRule, spacing: Float = 20, map: ScoreMap? = nil,
        positives: [MapPixel] = [MapPixel(x: 31, y: 31)], picture: ImageSize? = nil,
        _ change: (inout PointPromptConfiguration) -> Void = { _ in }
    ) throws -> (choices: [NegativeSelection.Choice], ring: RingReport) {
        var configuration = PointPromptConfiguration(change)
        configuration.negativeCount = count
        configuration.negativeRule = rule
        configuration.negativeSpacing = spacing
        return try NegativeSelection(
            map: Scene.heat(map ?? self.map), extreme: group, positives: positives, picture: picture ?? size,
            configuration: configuration
        ).choose(around: group, similarity: similarity)
    }

    @Test("the least similar pixels of the ring are taken, then the colder ones")
    func leastSimilar() throws {
        let (choices, ring) = try choose(2, by: .leastSimilar(similarityWeight: 0.9), spacing: 5) {
            $0.ringDiameter = 25
        }
        #expect(choices.allSatisfy { $0.pixel.y > 35 && $0.similarity < -0.8 })
        let first = try #require(choices.first)
        let cost = 0.9 * (first.similarity + 1) / 2 + 0.1 * Float(first.pixel.x) / 100
        guard case .leastSimilar(let found) = first.reason else {
            Issue.record("chosen by \(first.reason)")
            return
        }
        #expect(abs(found - cost) < 1e-6)
        #expect(ring.diameter == 25 && ring.growths == 0 && !ring.admitsHeat)
        #expect(ring.candidates == ring.area)
    }

    @Test("the most similar of the cold pixels are taken")
    func hardSimilar() throws {
        let (choices, _) = try choose(3, by: .hardSimilar(heatMaximum: 0.28), spacing: 2)
        #expect(!choices.isEmpty)
        #expect(choices.allSatisfy { $0.pixel.x <= 28 && $0.similarity > 0.8 && $0.reason == .hardSimilar })
    }

    @Test("the coldest pixels are taken")
    func lowestHeat() throws {
        let (choices, _) = try choose(1, by: .lowestHeat())
        // The disc of 25 px reaches 12 px to the left of the group; in the rows up to 3 px beyond it.
        #expect(choices.map(\.pixel) == [MapPixel(x: 18, y: 27)])
        #expect(choices[0].reason == .lowestHeat)
    }

    @Test("negatives keep their distance to each other and to every positive")
    func distances() throws {
        let positives = [MapPixel(x: 31, y: 31), MapPixel(x: 18, y: 44)]
        let (choices, _) = try choose(5, by: .lowestHeat(), spacing: 9, positives: positives) {
            $0.negativeClearance = 8
        }
        #expect(choices.count > 2)
        for (index, choice) in choices.enumerated() {
            for other in choices[..<index] { #expect(choice.pixel.distance(to: other.pixel) >= 9) }
            for positive in positives { #expect(choice.pixel.distance(to: positive) >= 8) }
        }
    }

    @Test("the ring grows until it holds enough cold pixels")
    func growth() throws {
        let group = group
        // Hot up to 20 px around the group, cold beyond.
        let map = Scene.map(64, 64) { x, y in
            group[x: x, y: y] ? 1 : max(abs(x - 31), abs(y - 31)) < 20 ? 0.8 : 0.1
        }
        let (choices, ring) = try choose(2, by: .leastSimilar(heatMaximum: 0.5), map: map) { $0.ringDiameter = 25 }
        #expect(ring.growths == 1 && ring.diameter == 51 && !ring.admitsHeat)
        #expect(choices.count == 2 && choices.allSatisfy { map[x: $0.pixel.x, y: $0.pixel.y] == 0.1 })
    }

    @Test("hot pixels are let in where there are no others")
    func onlyHot() throws {
        let map = Scene.map(64, 64) { _, _ in 0.9 }
        let (choices, ring) = try choose(5, by: .leastSimilar(), map: map) { $0.ringGrowthLimit = 1 }
        #expect(ring.growths == 1 && ring.admitsHeat && !choices.isEmpty)
    }

    @Test("none asked for, none given, and the ring does not grow")
    func none() throws {
        let (choices, ring) = try choose(0, by: .leastSimilar())
        #expect(choices.isEmpty && ring.growths == 0)
    }

    @Test("pixels of the map that fall on one pixel of the picture are one point")
    func tinyPicture() throws {
        for (width, points) in [(2, 1), (1, 0)] {
            let picture = ImageSize(width: width, height: 1)
            #expect(try choose(5, by: .lowestHeat(), spacing: 0, picture: picture).choices.count == points)
        }
    }
}
