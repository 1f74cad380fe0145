import AnomalyMetrics
import Imaging
import TestSupport
import Testing

/// Scores rounded to a grid.
@Suite struct ScoreGridTests {
    @Test(
        "measures on a grid are those of the rounded scores, and the unrounded ones lie in their ranges",
        arguments: 0..<12)
    func ranges(seed: Int) throws {
        let size = ImageSize(width: 12, height: 10)
        let truth = Mask(size: size, values: uniformNumbers("grid truth \(seed)", count: 120).map { $0 > 0.6 })
        let scores = zip(uniformNumbers("grid \(seed)", count: 120), truth.values).map { $0 + ($1 ? 0.7 : 0) }
        let map = ScoreMap(size: size, values: scores)
        let grid = try ScoreGrid(lowest: -0.8, highest: 1.2, steps: [3, 20, 400][seed % 3])
        var (exact, rounded, counted) = (PixelMetrics(), PixelMetrics(), PixelMetrics(grid: grid))
        try exact.add(map: map, truth: truth)
        try rounded.add(map: map.map(grid.rounded), truth: truth)
        try counted.add(map: map, truth: truth)
        let (found, truthful) = (counted.summary(), exact.summary())
        #expect(found.auroc == rounded.summary().auroc && found.aupro == rounded.summary().aupro)
        #expect(
            found.f1Maximum == rounded.summary().f1Maximum && found.regionRecalls == rounded.summary().regionRecalls)
        let ranges = try #require(found.ranges)
        func isInside(_ measure: Measure, _ range: ClosedRange<Double>) -> Bool {
            measure.value.map { range.lowerBound - 1e-12 <= $0 && $0 <= range.upperBound + 1e-12 } ?? false
        }
        #expect(isInside(truthful.auroc, ranges.auroc) && isInside(truthful.aupro, ranges.aupro))
        #expect(isInside(truthful.averagePrecision, ranges.averagePrecision))
        #expect(isInside(truthful.f1Maximum.map(\.value), ranges.f1Maximum))
        #expect(isInside(truthful.aupro005, ranges.aupro005))
        // A finer grid says more.
        #expect(ranges.auroc.upperBound - ranges.auroc.lowerBound < [0.5, 0.1, 0.01][seed % 3])
    }

    @Test("a score is rounded to the step at or below it, and to the ends beyond them")
    func rounding() throws {
        let grid = try ScoreGrid(lowest: 0, highest: 1, steps: 10)
        #expect(
            [-5, 0, 0.05, 0.1, 0.19, 0.999, 1, 9, .infinity].map(grid.rounded) == [0, 0, 0, 0.1, 0.1, 0.9, 1, 1, 1])
        for score in uniformNumbers("rounding", count: 300) {
            let step = grid.rounded(abs(score))
            #expect(step <= abs(score) && grid.rounded(step) == step && abs(score) - step < 0.1001)
        }
        for (lowest, highest, steps) in [
            (1, 1, 5), (2, 1, 5), (0, .infinity, 5), (.nan, 1, 5), (0, 1, 0), (0, 1, 1 << 21),
        ]
            as [(Float, Float, Int)]
        {
            #expect(throws: MetricsError.self) { try ScoreGrid(lowest: lowest, highest: highest, steps: steps) }
        }
    }
}
