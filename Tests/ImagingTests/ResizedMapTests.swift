import Tensors
import TestSupport
import Testing

@testable import Imaging

@Suite("maps that are resized row by row")
struct ResizedMapTests {
    @Test(
        "strips give what the whole gives, to the bit",
        arguments: [
            (ImageSize(width: 1100, height: 1000), ImageSize(width: 37, height: 41), true),
            (ImageSize(width: 1100, height: 1000), ImageSize(width: 1100, height: 41), true),
            (ImageSize(width: 50, height: 60), ImageSize(width: 1100, height: 1000), false),
        ])
    func strips(_ source: ImageSize, _ wanted: ImageSize, _ antialias: Bool) {
        var random = SeededGenerator(seed: 20)
        let map = ScoreMap(
            size: source, values: (0..<source.pixelCount).map { _ in Float.random(in: 0...1, using: &random) })
        let whole = map.tensor.resizedBilinear(height: wanted.height, width: wanted.width, antialias: antialias)
        let resized = ResizedMap(map, to: wanted, antialias: antialias)
        #expect(max(source.strips.count, wanted.strips.count) > 1)
        #expect(resized.map.values == whole.values)
        let rows = wanted.height / 3..<wanted.height / 2
        #expect(resized.values(ofRows: rows) == Array(whole.values[wanted.indices(ofRows: rows)]))
    }

    @Test("strips cover every row once, and hold a row at least")
    func cover() {
        for (width, height) in [(1, 1), (1000, 5000), (3 << 20, 3), (7, 0)] {
            let size = ImageSize(width: width, height: height)
            #expect(size.strips.flatMap { Array($0) } == Array(0..<height))
            #expect(size.strips.allSatisfy { !$0.isEmpty && ($0.count == 1 || $0.count * width <= 1 << 20) })
        }
    }
}
