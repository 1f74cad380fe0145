import Imaging
import Testing

@testable import AnomalySegmentation

@Suite("Positive points")
struct PositiveSelectionTests {
    private func choose(
        _ count: Int, in map: ScoreMap, _ spacing: PointPromptConfiguration.Spacing? = nil,
        relativeMinimum: Float? = nil
    ) throws -> [PositiveSelection.Choice] {
        let configuration = PointPromptConfiguration {
            $0.positiveCount = count
            $0.spacing = spacing ?? $0.spacing
            $0.positiveRelativeMinimum = relativeMinimum ?? $0.positiveRelativeMinimum
        }
        let heat = try Scene.heat(map)
        let regions = AnomalyRegions(heat, threshold: 0, PointPromptConfiguration { $0.minimumRegionArea = 0 })
        return PositiveSelection.choose(in: regions.kept[0], heat: heat.heat, configuration)
    }

    @Test("points keep their distance, highest first")
    func spacing() throws {
        let map = Scene.map(30, 1) { x, _ in 1 - Float(x) / 100 }
        let found = try choose(3, in: map, .distance(pixels: 10))
        #expect(found.map(\.pixel.x) == [0, 10, 20])
        #expect(found.map(\.reason) == [.peak, .spaced, .spaced])
    }

    @Test("no further point far below the peak")
    func relativeMinimum() throws {
        let map = Scene.map(30, 1) { x, _ in 1 - Float(x) / 100 }
        let found = try choose(5, in: map, .distance(pixels: 5), relativeMinimum: 0.9)
        #expect(found.map(\.pixel.x) == [0, 5, 10])
    }

    @Test("a peak shared by many pixels is taken in their middle")
    func plateau() throws {
        let map = Scene.map(20, 9) { x, y in (4...10).contains(x) && (2...6).contains(y) ? 1 : 0.5 }
        let found = try choose(1, in: map)
        #expect(found.map(\.pixel) == [MapPixel(x: 7, y: 4)])
        #expect(found[0].reason == .plateau(pixels: 35))
    }

    @Test("a plateau whose centroid lies outside gives its nearest pixel, the upper left of equal ones")
    func hollowPlateau() throws {
        let map = Scene.map(5, 5) { x, y in
            (x == 2) == (y == 2) ? 0.5 : (x == 0 || x == 4 || y == 0 || y == 4) ? 1 : 0.5
        }
        let found = try choose(1, in: map)
        #expect(found[0].pixel == MapPixel(x: 2, y: 0))
        #expect(found[0].reason == .plateau(pixels: 4))
    }

    @Test("by rank, every stride-th pixel of the ranking is taken")
    func ranks() throws {
        let map = Scene.map(10, 10) { x, y in 1 - Float(10 * y + x) / 1000 }
        let found = try choose(3, in: map, .rankStride(ranks: 40), relativeMinimum: 0)
        #expect(found.map(\.pixel) == [MapPixel(x: 0, y: 0), MapPixel(x: 0, y: 4), MapPixel(x: 0, y: 8)])
        #expect(found.map(\.reason) == [.peak, .ranked(40), .ranked(80)])
    }

    @Test("a ranking shorter than the stride still gives its peak")
    func shortRanking() throws {
        let map = Scene.map(3, 3) { x, y in Float(3 * y + x) / 10 }
        let found = try choose(3, in: map, .rankStride())
        #expect(found.map(\.pixel) == [MapPixel(x: 2, y: 2)])
    }

    @Test("equal pixels go by row, then by column")
    func ties() throws {
        let map = Scene.map(9, 9) { x, y in x == 4 && y == 4 ? 1 : 0.9 }
        let found = try choose(3, in: map, .distance(pixels: 4))
        #expect(found.map(\.pixel) == [MapPixel(x: 4, y: 4), MapPixel(x: 0, y: 0), MapPixel(x: 4, y: 0)])
    }
}
