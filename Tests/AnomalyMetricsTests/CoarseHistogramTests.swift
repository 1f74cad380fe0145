import Testing

@testable import AnomalyMetrics

@Suite struct CoarseHistogramTests {
    @Test("where every region is found the overlap is 1 and no more, whatever the shares of its pixels add up to")
    func neverAboveOne() throws {
        for area in 1...300 {
            var histogram = CoarseHistogram(lowest: 0, highest: 1)
            for _ in 0..<area { histogram.addPositives(1, share: 1 / Double(area)) }
            for step in 0..<90 { histogram.addNegatives(0.9 - Float(step) / 100, count: 1) }
            guard case .defined(let overlap) = histogram.overlap(regions: 1) else {
                Issue.record("undefined for \(area)")
                continue
            }
            #expect(overlap <= 1 && overlap > 1 - 1e-12, "\(area): \(overlap)")
        }
    }
}
