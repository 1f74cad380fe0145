import Imaging

/// Where the tiles of a picture lie, and how much each of them counts in each of its pixels.
///
/// The weight of a tile falls from its middle part to its borders, in a straight line over what it shares with a
/// neighbour. In a pixel, the weights of all tiles over their sum are a partition of unity: they add up to 1, and none of
/// them jumps.
struct TileGrid: Sendable {
    let size: ImageSize
    let columns: TileAxis
    let rows: TileAxis

    /// - Precondition: the tiling is valid.
    init(_ tiling: Tiling, _ size: ImageSize) {
        self.size = size
        columns = TileAxis(length: size.width, tiling)
        rows = TileAxis(length: size.height, tiling)
    }

    /// Row by row.
    var boxes: [ImageBox] {
        rows.ranges.flatMap { y in
            columns.ranges.map { x in
                ImageBox(x0: x.lowerBound, y0: y.lowerBound, x1: x.upperBound - 1, y1: y.upperBound - 1)
            }
        }
    }
}

/// The tiles along one side of a picture.
struct TileAxis: Sendable {
    /// In order, of one length, evenly spread from the first pixel to the last.
    let ranges: [Range<Int>]
    /// For each tile the weight of each of its pixels, above 0, at most 1.
    let weights: [[Float]]
    /// For each tile and each of its pixels the sum of the weights of all tiles before it.
    let earlier: [[Float]]
    /// For each pixel of the side the sum of all weights.
    let totals: [Float]

    init(length: Int, _ tiling: Tiling) {
        let side = min(tiling.side, length)
        let step = tiling.side - tiling.overlap
        let count = length <= tiling.side ? 1 : (length - tiling.overlap + step - 1) / step
        ranges = (0..<count).map { index in
            let start = count == 1 ? 0 : index * (length - side) / (count - 1)
            return start..<start + side
        }
        var weights: [[Float]] = []
        var earlier: [[Float]] = []
        var totals = [Float](repeating: 0, count: length)
        for (index, range) in ranges.enumerated() {
            let before = index == 0 ? 0 : ranges[index - 1].upperBound - range.lowerBound
            let after = index == count - 1 ? 0 : range.upperBound - ranges[index + 1].lowerBound
            let own = range.map { place in
                min(
                    Self.ramp(place - range.lowerBound, over: before),
                    Self.ramp(range.upperBound - 1 - place, over: after))
            }
            weights.append(own)
            earlier.append(Array(totals[range]))
            for (place, weight) in zip(range, own) { totals[place] += weight }
        }
        self.weights = weights
        self.earlier = earlier
        self.totals = totals
    }

    /// From nearly 0 in the first pixel of an overlap to 1 behind it.
    private static func ramp(_ distance: Int, over overlap: Int) -> Float {
        distance >= overlap ? 1 : (Float(distance) + 0.5) / Float(overlap)
    }
}
