import Imaging
import Testing

@testable import AnomalySegmentation

@Suite("Cut of the extreme region")
struct HeatThresholdTests {
    /// Variance between the classes by its definition, at every edge.
    private func bruteForce(_ values: [Float]) -> Float {
        let bins = values.map { min(255, Int($0 * 256)) }
        var best: (edge: Int, variance: Double) = (128, 0)
        for edge in 1..<256 {
            let (low, high) = (bins.filter { $0 < edge }, bins.filter { $0 >= edge })
            if low.isEmpty || high.isEmpty { continue }
            func mean(_ part: [Int]) -> Double { Double(part.reduce(0, +)) / Double(part.count) }
            let difference = mean(low) - mean(high)
            let share = Double(low.count) / Double(bins.count)
            let variance = share * (1 - share) * difference * difference
            // The two ways of writing the variance round differently; a tie must stay one.
            if variance > best.variance * (1 + 1e-12) { best = (edge, variance) }
        }
        return Float(best.edge) / 256
    }

    @Test("Otsu's cut is the best one of all", arguments: 1...20)
    func otsuAgainstBruteForce(seed: UInt64) {
        var state = seed
        func next() -> Float {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 40) / Float(1 << 24)
        }
        let share = next()
        let values = (0..<400).map { _ in next() < share ? next() * 0.4 : 0.3 + next() * 0.7 }
        #expect(HeatThreshold.otsu(values) == bruteForce(values), "seed \(seed)")
    }

    @Test("cuts that part the pixels alike go to the lowest bin")
    func otsuTies() {
        #expect(HeatThreshold.otsu([0, 0, 0, 1, 1]) == Float(1) / 256)
    }

    @Test("one value alone gives the middle, not a trap")
    func otsuOfOneValue() {
        #expect(HeatThreshold.otsu([0.3, 0.3]) == 0.5)
        #expect(HeatThreshold.otsu([]) == 0.5)
    }

    @Test("the percentile is the smallest value that enough pixels do not exceed")
    func percentile() {
        let values = (0...100).reversed().map { Float($0) / 100 }
        #expect(HeatThreshold.percentile(values, 99) == 0.99)
        #expect(HeatThreshold.percentile(values, 98.5) == 0.99)
        #expect(HeatThreshold.percentile(values, 0) == 0)
        #expect(HeatThreshold.percentile(values, 100) == 1)
    }

    @Test("a cut that covers too much gives way to the percentile, and says so")
    func coverageGuard() throws {
        let map = try Scene.heat(Scene.map(10, 10) { x, y in y < 6 ? 0.9 + Float(x) / 100 : 0.1 })
        let wide = HeatThreshold.report(
            for: map, PointPromptConfiguration { $0.threshold = .otsu(coverageMaximum: 0.7) })
        #expect(wide.rule == .otsu && wide.coverage == 0.6 && wide.rejectedOtsuCoverage == nil)
        let narrow = HeatThreshold.report(
            for: map, PointPromptConfiguration { $0.threshold = .otsu(coverageMaximum: 0.3, fallbackPercent: 95) })
        #expect(narrow.rule == .percentile && narrow.rejectedOtsuCoverage == 0.6)
        #expect(narrow.heat == 0.99 && narrow.coverage == 0.06)
    }

    @Test("a small region stands where the percentile would cover everything")
    func percentileOfPlateau() throws {
        let map = try Scene.heat(Scene.map(100, 100) { x, y in x == 50 && y == 50 ? 1 : 0 })
        let found = HeatThreshold.report(
            for: map, PointPromptConfiguration { $0.threshold = .otsu(coverageMinimum: 0.01) })
        #expect(found.rule == .otsu && found.coverage == 0.0001)
    }

    @Test("the fixed cut is on n, and is given on S too")
    func fixed() throws {
        let map = try Scene.heat(Scene.map(3, 1) { x, _ in [0.2, 0.4, 0.6][x] }, .minMax)
        let found = HeatThreshold.report(
            for: map, PointPromptConfiguration { $0.threshold = .fixed(heat: 0.5) })
        #expect(found.rule == .fixed && found.heat == 0.5)
        #expect(abs(found.score - 0.4) < 1e-6)
    }
}
