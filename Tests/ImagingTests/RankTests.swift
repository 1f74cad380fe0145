import TestSupport
import Testing

@testable import Imaging

@Suite("Values at a rank, and runs of masks")
struct RankTests {
    @Test("the value at a rank is the one that stands there after sorting")
    func rank() {
        var lot = SeededGenerator(seed: 20_261_126)
        for count in [1, 2, 3, 100, 4097] {
            for scale: Float in [1, 1e-3, 1e30] {
                // Some values are equal, and both signs and zero occur.
                let values = (0..<count).map { _ in Float(Int.random(in: -50...50, using: &lot)) * scale }
                let sorted = values.sorted()
                for rank in Set([0, count / 10, count / 2, count - 1]) {
                    #expect(values.value(atRank: rank) == sorted[rank], "\(count) values, scale \(scale), rank \(rank)")
                }
            }
        }
    }

    @Test("a mean, a box and an overlap take exactly the pixels of the mask, whatever its width")
    func runs() throws {
        var lot = SeededGenerator(seed: 7)
        for width in [1, 7, 8, 9, 16, 63, 65] {
            for density in [0.02, 0.5, 0.98] {
                let size = ImageSize(width: width, height: 9)
                func drawn() -> Mask {
                    Mask(
                        size: size,
                        values: (0..<size.pixelCount).map { _ in Double.random(in: 0..<1, using: &lot) < density })
                }
                let (mask, other) = (drawn(), drawn())
                let map = ScoreMap(size: size, values: (0..<size.pixelCount).map { Float($0) })
                let held = mask.values.indices.filter { mask.values[$0] }
                #expect(mask.area == held.count)
                let mean = held.isEmpty ? nil : Float(held.reduce(0.0) { $0 + Double($1) } / Double(held.count))
                #expect(map.mean(over: mask) == mean, "width \(width), density \(density)")
                let columns = held.map { $0 % width }
                let box = mask.boundingBox
                #expect(box?.x0 == columns.min() && box?.x1 == columns.max())
                #expect(box?.y0 == held.first.map { $0 / width } && box?.y1 == held.last.map { $0 / width })
                let both = held.count { other.values[$0] }
                let either = held.count + other.area - both
                #expect(mask.intersectionOverUnion(with: other) == (either == 0 ? nil : Double(both) / Double(either)))
            }
        }
    }
}
