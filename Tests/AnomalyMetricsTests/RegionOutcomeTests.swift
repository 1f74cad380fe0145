import AnomalyMetrics
import Imaging
import Testing

@Suite("what became of each region of the truth")
struct RegionOutcomeTests {
    private let size = ImageSize(width: 5, height: 3)
    private let map = ScoreMap(size: ImageSize(width: 5, height: 3), values: (0..<15).map { Float($0 * 7 % 15) / 16 })

    private func mask(_ marked: Set<Int>) -> Mask { Mask(size: size, values: (0..<15).map(marked.contains)) }

    @Test("a region has its area, its box, the share that was found and the spread of its scores")
    func regions() throws {
        // Two regions: four pixels that touch at a corner, too, and one alone.
        let regions = try RegionOutcome.regions(of: mask([0, 1, 5, 11, 9]), map: map, mask: mask([1, 5, 6, 4]))
        #expect(regions.map(\.area) == [4, 1])
        #expect(regions.map(\.box) == [ImageBox(x0: 0, y0: 0, x1: 1, y1: 2), ImageBox(x0: 4, y0: 1, x1: 4, y1: 1)])
        #expect(regions.map(\.found) == [0.5, 0])
        // Their scores in sixteenths: 0, 7, 5, 2; and 3.
        #expect(regions.map(\.lowest) == [0, 3 / 16])
        #expect(regions.map(\.median) == [2 / 16, 3 / 16])
        #expect(regions.map(\.highest) == [7 / 16, 3 / 16])
    }

    @Test("without a mask nothing is said of what was found, without a truth there is no region")
    func nothing() throws {
        #expect(try RegionOutcome.regions(of: mask([3]), map: map, mask: nil).map(\.found) == [nil])
        #expect(try RegionOutcome.regions(of: mask([]), map: map, mask: mask([3])).isEmpty)
    }

    @Test("sizes that differ and scores that are no numbers are refused")
    func refused() {
        let other = ImageSize(width: 3, height: 5)
        #expect(throws: MetricsError.sizesDiffer(map: other, truth: size)) {
            try RegionOutcome.regions(of: mask([3]), map: map, mask: Mask(size: other, repeating: true))
        }
        let wrong = ScoreMap(size: size, values: (0..<15).map { $0 == 13 ? .nan : 0 })
        #expect(throws: MetricsError.notANumber(index: 13)) {
            try RegionOutcome.regions(of: mask([12, 13]), map: wrong, mask: nil)
        }
    }
}
