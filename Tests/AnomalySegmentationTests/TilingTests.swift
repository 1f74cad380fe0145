import Imaging
import TestSupport
import Testing

@testable import AnomalySegmentation

@Suite("where tiles lie, and how what they give is joined")
struct TilingTests {
    private static let tilings = [
        Tiling(side: 32, overlap: 0), Tiling(side: 32, overlap: 5), Tiling(side: 32, overlap: 16),
        Tiling(side: 40, overlap: 19),
    ]
    private static let sizes = [
        ImageSize(width: 100, height: 70), ImageSize(width: 33, height: 32), ImageSize(width: 161, height: 9),
        ImageSize(width: 48, height: 49),
    ]

    @Test("tiles have one size, cover the picture and share what was asked for", arguments: tilings, sizes)
    func cover(_ tiling: Tiling, _ size: ImageSize) {
        let grid = TileGrid(tiling, size)
        for (axis, length) in [(grid.columns, size.width), (grid.rows, size.height)] {
            #expect(axis.ranges.first?.lowerBound == 0 && axis.ranges.last?.upperBound == length)
            #expect(Set(axis.ranges.map(\.count)) == [min(tiling.side, length)])
            for (left, right) in zip(axis.ranges, axis.ranges.dropFirst()) {
                #expect(left.upperBound - right.lowerBound >= tiling.overlap && left.lowerBound < right.lowerBound)
            }
            // One tile less would share less.
            let count = axis.ranges.count
            #expect(count == 1 || (count - 1) * (tiling.side - tiling.overlap) + tiling.overlap < length)
        }
        #expect(grid.boxes.count == grid.columns.ranges.count * grid.rows.ranges.count)
    }

    @Test("the shares of all tiles in a pixel add up to 1, and none of them jumps", arguments: tilings, sizes)
    func partition(_ tiling: Tiling, _ size: ImageSize) {
        let axis = TileGrid(tiling, size).columns
        var sums = [Float](repeating: 0, count: size.width)
        for (range, weights) in zip(axis.ranges, axis.weights) {
            let shares = zip(range, weights).map { $1 / axis.totals[$0] }
            for (place, share) in zip(range, shares) { sums[place] += share }
            #expect(weights.allSatisfy { $0 > 0 && $0 <= 1 })
            guard tiling.overlap > 0 else { continue }
            for (left, right) in zip(shares, shares.dropFirst()) {
                #expect(abs(left - right) <= 2 / Float(tiling.overlap))
            }
        }
        #expect(sums.allSatisfy { abs($0 - 1) < 1e-6 })
    }

    @Test("tiles of one value are a map of that value, to the bit", arguments: tilings, sizes)
    func constant(_ tiling: Tiling, _ size: ImageSize) {
        let value: Float = 0.123_456_7
        var join = TileJoin(TileGrid(tiling, size))
        for (index, box) in TileGrid(tiling, size).boxes.enumerated() {
            let part = ImageSize(width: box.width, height: box.height)
            join.add(ScoreMap(size: part, repeating: value), Mask(size: part, repeating: true), tile: index)
        }
        let joined = join.joined()
        #expect(joined.map == ScoreMap(size: size, repeating: value))
        #expect(joined.mask == Mask(size: size, repeating: true))
    }

    @Test("the parts of a map and of a mask are joined to what they were cut from", arguments: tilings, sizes)
    func parts(_ tiling: Tiling, _ size: ImageSize) {
        var random = SeededGenerator(seed: 21)
        let map = ScoreMap(
            size: size, values: (0..<size.pixelCount).map { _ in Float.random(in: 0...1, using: &random) })
        let mask = map.mask(atLeast: 0.6)
        var join = TileJoin(TileGrid(tiling, size))
        for (index, box) in TileGrid(tiling, size).boxes.enumerated() {
            let places = (box.y0...box.y1).flatMap { y in (box.x0...box.x1).map { y * size.width + $0 } }
            let part = ImageSize(width: box.width, height: box.height)
            join.add(
                ScoreMap(size: part, values: places.map { map.values[$0] }),
                Mask(size: part, values: places.map { mask.values[$0] }), tile: index)
        }
        let joined = join.joined()
        #expect(zip(joined.map.values, map.values).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(joined.mask == mask)
    }

    @Test("where tiles differ, the map runs from one to the other and the tile that sees more decides on the mask")
    func different() {
        let tiling = Tiling(side: 40, overlap: 20)
        let size = ImageSize(width: 60, height: 32)
        let part = ImageSize(width: 40, height: 32)
        var join = TileJoin(TileGrid(tiling, size))
        join.add(ScoreMap(size: part, repeating: 0), Mask(size: part), tile: 0)
        join.add(ScoreMap(size: part, repeating: 1), Mask(size: part, repeating: true), tile: 1)
        let joined = join.joined()
        for x in 0..<59 {
            let step = joined.map[x: x + 1, y: 9] - joined.map[x: x, y: 9]
            #expect(step >= 0 && step < 0.051, "column \(x)")
        }
        #expect(joined.map[x: 19, y: 9] == 0 && joined.map[x: 40, y: 9] == 1)
        #expect((0..<60).allSatisfy { joined.mask[x: $0, y: 9] == ($0 >= 30) })
    }

    @Test("a tiling out of its range is refused by name")
    func range() {
        for (side, overlap, field) in [(31, 0, "side"), (64, 33, "overlap"), (64, -1, "overlap")] {
            #expect {
                try Tiling(side: side, overlap: overlap).validate()
            } throws: { error in
                "\(error)".hasPrefix("tiling.\(field) of the configuration is ")
            }
        }
    }
}
