import Imaging
import TestSupport
import Testing

@Suite("regions of a mask, and their polygons")
struct MaskRegionTests {
    static func mask(_ rows: [String]) -> Mask {
        Mask(
            size: ImageSize(width: rows[0].count, height: rows.count),
            values: rows.flatMap { row in row.map { $0 == "#" } })
    }

    /// Of up to nine pixels a side.
    static func mask(share: Double, _ random: inout SeededGenerator) -> Mask {
        let size = ImageSize(
            width: Int.random(in: 1...9, using: &random), height: Int.random(in: 1...9, using: &random))
        return Mask(
            size: size, values: (0..<size.pixelCount).map { _ in Double.random(in: 0..<1, using: &random) < share })
    }

    @Test("a region knows its area, box, centre and largest score, in the order of a scan by rows")
    func regions() {
        let mask = Self.mask(["..#..", "#..#.", "#....", "#...."])
        var scores = ScoreMap(size: mask.size, repeating: 0.25)
        scores[x: 3, y: 1] = 0.75
        scores[x: 4, y: 3] = 1
        let found = MaskRegion.regions(of: mask, scores: scores)
        #expect(found.map(\.area) == [2, 3])
        #expect(found.map(\.box) == [ImageBox(x0: 2, y0: 0, x1: 3, y1: 1), ImageBox(x0: 0, y0: 1, x1: 0, y1: 3)])
        #expect(found.map(\.centroid) == [ImagePoint(x: 2.5, y: 0.5), ImagePoint(x: 0, y: 2)])
        #expect(found.map(\.score) == [0.75, 0.25])
        #expect(found.map(\.runs.size) == [mask.size, mask.size])
        #expect(found.map(\.runs.mask).reduce(Mask(size: mask.size)) { $0.union($1) } == mask)
        #expect(MaskRegion.regions(of: Mask(size: mask.size), scores: scores).isEmpty)
    }

    @Test("a polygon turns at corners only, with its pixels on the right, and cuts into a hole")
    func corners() {
        func corners(_ rows: [String]) -> [[[Int]]] {
            Self.mask(rows).polygons.map { $0.corners.map { [$0.x, $0.y] } }
        }
        #expect(corners(["....", ".##.", "...."]) == [[[1, 1], [3, 1], [3, 2], [1, 2]]])
        #expect(
            corners(["#.", ".#"]) == [[[0, 0], [1, 0], [1, 1], [0, 1]], [[1, 1], [2, 1], [2, 2], [1, 2]]])
        #expect(
            corners(["###", "#.#", "###"]) == [
                [[0, 0], [1, 0], [1, 2], [2, 2], [2, 1], [1, 1], [1, 0], [3, 0], [3, 3], [0, 3]]
            ])
        #expect(corners(["..", ".."]).isEmpty)
    }

    @Test("polygons cover exactly the pixels of the mask, whatever its holes", arguments: [0.2, 0.5, 0.7, 0.9])
    func coverage(share: Double) {
        var random = SeededGenerator(seed: 71)
        for _ in 0..<400 {
            let mask = Self.mask(share: share, &random)
            #expect(Self.covered(mask.polygons, mask.size) == mask, "\(mask)")
            #expect(RunLengthMask(mask).polygons == mask.polygons)
        }
    }

    /// The pixels whose middles lie inside: those with an odd number of crossings to their left, of one polygon.
    private static func covered(_ polygons: [MaskPolygon], _ size: ImageSize) -> Mask {
        var mask = Mask(size: size)
        for polygon in polygons {
            for y in 0..<size.height {
                for x in 0..<size.width {
                    let crossings = polygon.corners.indices.count { index in
                        let (a, b) = (polygon.corners[index], polygon.corners[(index + 1) % polygon.corners.count])
                        return a.x == b.x && a.x <= x && min(a.y, b.y) <= y && y < max(a.y, b.y)
                    }
                    if crossings % 2 == 1 { mask[x: x, y: y] = true }
                }
            }
        }
        return mask
    }
}
