import Imaging
import Testing

@testable import AnomalySegmentation

@Suite("Ring around a region")
struct SurroundingRingTests {
    @Test("the ring is what the disc adds, without extreme pixels and without the border")
    func ring() {
        let size = ImageSize(width: 15, height: 13)
        let group = Scene.mask(size, ImageBox(x0: 6, y0: 5, x1: 7, y1: 6))
        let extreme = group.union(Scene.mask(size, ImageBox(x0: 10, y0: 0, x1: 14, y1: 12)))
        let ring = SurroundingRing.mask(around: group, extreme: extreme, diameter: 7)
        for y in 0..<size.height {
            for x in 0..<size.width {
                let isNear = (6...7).contains { column in
                    (5...6).contains { row in
                        let (dx, dy) = (abs(x - column), abs(y - row))
                        // Half widths of the rows of a disc of diameter 7: 3, 2.83, 2.24, 0, rounded.
                        return dy <= 3 && dx <= [3, 3, 2, 0][dy]
                    }
                }
                let isInside = x >= 2 && y >= 2 && x < 13 && y < 11
                #expect(ring[x: x, y: y] == (isNear && isInside && !extreme[x: x, y: y]), "(\(x), \(y))")
            }
        }
    }

    @Test("a region at the corner has no ring on the border")
    func corner() {
        let size = ImageSize(width: 8, height: 8)
        let group = Scene.mask(size, ImageBox(x0: 0, y0: 0, x1: 1, y1: 1))
        let ring = SurroundingRing.mask(around: group, extreme: group, diameter: 3)
        #expect(ring.area == 0)
        #expect(!SurroundingRing.mask(around: group, extreme: group, diameter: 5).isEmpty)
    }

    @Test("a larger disc has an odd diameter", arguments: [(25, 2, 51), (25, 1.5, 39), (3, 1.1, 5), (7, 1, 7)])
    func growth(diameter: Int, factor: Float, expected: Int) {
        #expect(SurroundingRing.grown(diameter, by: factor) == expected)
    }
}
