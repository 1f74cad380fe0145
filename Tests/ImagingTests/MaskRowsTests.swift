import TestSupport
import Testing

@testable import Imaging

/// What masks do as runs, against the same done pixel by pixel.
@Suite("masks as the stretches of their rows")
struct MaskRowsTests {
    private static let size = ImageSize(width: 41, height: 23)

    /// Blots of several sizes.
    private func mask(_ seed: UInt64, blots: Int = 6) -> Mask {
        var random = SeededGenerator(seed: seed)
        let centres = (0..<blots).map { _ in
            (
                Int.random(in: 0..<Self.size.width, using: &random),
                Int.random(in: 0..<Self.size.height, using: &random),
                Int.random(in: 0...5, using: &random)
            )
        }
        return Mask(
            size: Self.size,
            values: (0..<Self.size.pixelCount).map { index in
                let (x, y) = (index % Self.size.width, index / Self.size.width)
                return centres.contains { max(abs(x - $0.0), abs(y - $0.1)) <= $0.2 && (x + y) % 7 != 0 }
            })
    }

    @Test("pixels, area, box and single pixels are those of the mask", arguments: 1...20)
    func reading(seed: UInt64) {
        let mask = mask(seed)
        let rows = MaskRows(mask)
        #expect(rows.mask == mask && rows.area == mask.area && rows.boundingBox == mask.boundingBox)
        for index in mask.values.indices {
            let (x, y) = (index % mask.size.width, index / mask.size.width)
            #expect(rows.holds(x: x, y: y) == mask.values[index])
        }
        #expect(!rows.holds(x: -1, y: 0) && !rows.holds(x: 0, y: mask.size.height))
        let scores = ScoreRows(ScoreMap(size: mask.size, values: mask.values.map { $0 ? 0.5 : -0.5 }))
        #expect(MaskRows(scores, above: 0) == rows)
    }

    @Test("joint, shared and left-over pixels are those of the masks", arguments: 1...20)
    func pairs(seed: UInt64) {
        let (left, right) = (mask(seed), mask(seed + 100))
        let (own, other) = (MaskRows(left), MaskRows(right))
        #expect(own.union(other) == MaskRows(left.union(right)))
        #expect(own.subtracting(other) == MaskRows(left.subtracting(right)))
        #expect(own.intersectionOverUnion(with: other) == left.intersectionOverUnion(with: right))
        #expect(MaskRows(size: Self.size).intersectionOverUnion(with: MaskRows(size: Self.size)) == nil)
    }

    @Test("means over a mask and over regions have the bits of the map's, in strips too", arguments: 1...5)
    func means(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let mask = mask(seed)
        let map = ScoreMap(
            size: mask.size, values: mask.values.map { _ in Float.random(in: 0...1, using: &random) })
        let rows = ScoreRows(map)
        #expect(rows.mean(over: MaskRows(mask)) == map.mean(over: mask))
        let regions = ConnectedComponents.label(mask)
        for (component, mean) in zip(regions.components, rows.means(over: regions)) {
            #expect(mean == map.mean(over: regions.mask(of: component.label)))
        }
        #expect(rows.mean(over: MaskRows(size: mask.size)) == nil)
    }

    @Test("a picture too large to be kept gives the values of one that is kept")
    func large() {
        let size = ImageSize(width: 2100, height: 2100)
        let small = ScoreMap(
            size: ImageSize(width: 30, height: 20), values: uniformNumbers("large rows", count: 600))
        let lazy = ScoreRows(ResizedMap(small, to: size))
        let whole = small.resized(to: size)
        #expect(lazy.map == whole)
        #expect(lazy.map { $0 * 2 }.values(ofRows: 7..<9) == whole.values[size.indices(ofRows: 7..<9)].map { $0 * 2 })
        let mask = whole.mask(atLeast: 0.5)
        #expect(MaskRows(lazy, above: Float(0.5).nextDown).mask == mask)
        #expect(lazy.mean(over: MaskRows(mask)) == whole.mean(over: mask))
    }
}
