import Imaging

/// Maps and masks of tiles, joined to those of the picture.
///
/// A pixel of the map is the weighed mean over the tiles that hold it, taken tile by tile, so that equal values stay what
/// they are to the bit. A pixel of the mask holds where tiles with half of the weight or more say so: near a border the
/// tile decides that sees more of the surroundings.
struct TileJoin {
    private let grid: TileGrid
    private var values: [Float]
    /// The masks that have a pixel, by the index of their tile.
    private var masks: [Int: MaskRows] = [:]

    init(_ grid: TileGrid) {
        self.grid = grid
        values = [Float](repeating: 0, count: grid.size.pixelCount)
    }

    /// Whether no tile had a mask.
    var hasNoMask: Bool { masks.isEmpty }

    /// Takes in the map and the mask of the next tile; tiles come row by row.
    mutating func add(_ map: ScoreMap, _ mask: Mask, tile: Int) {
        let rows = MaskRows(mask)
        if !rows.isEmpty { masks[tile] = rows }
        let (row, column) = tile.quotientAndRemainder(dividingBy: grid.columns.ranges.count)
        let (down, across) = (grid.rows.ranges[row], grid.columns.ranges[column])
        let width = grid.size.width
        values.withUnsafeMutableBufferPointer { values in
            map.values.withUnsafeBufferPointer { scores in
                var source = 0
                for (line, y) in down.enumerated() {
                    let (own, above) = (grid.rows.weights[row][line], grid.rows.earlier[row][line])
                    for (place, x) in across.enumerated() {
                        let weight = own * grid.columns.weights[column][place]
                        let before = above * grid.columns.totals[x] + own * grid.columns.earlier[column][place]
                        let target = y * width + x
                        let value = scores[source]
                        values[target] =
                            before == 0
                            ? value : values[target] + (value - values[target]) * (weight / (before + weight))
                        source += 1
                    }
                }
            }
        }
    }

    /// The map and the mask of the picture, once all tiles are in.
    func joined() -> (map: ScoreMap, mask: Mask) {
        (ScoreMap(size: grid.size, values: values), Mask(size: grid.size, values: votes()))
    }

    private func votes() -> [Bool] {
        let (width, across) = (grid.size.width, grid.columns.ranges.count)
        return [Bool](unsafeUninitializedCapacity: grid.size.pixelCount) { output, initialized in
            var shares = [Float](repeating: 0, count: width)
            for y in 0..<grid.size.height {
                var hasVotes = false
                for (row, down) in grid.rows.ranges.enumerated() where down.contains(y) {
                    let own = grid.rows.weights[row][y - down.lowerBound] / grid.rows.totals[y]
                    for (column, range) in grid.columns.ranges.enumerated() {
                        guard let mask = masks[row * across + column] else { continue }
                        hasVotes = true
                        mask.forEachRun(ofRow: y - down.lowerBound) { run in
                            for place in run {
                                let x = range.lowerBound + place
                                shares[x] += own * grid.columns.weights[column][place] / grid.columns.totals[x]
                            }
                        }
                    }
                }
                // The last bit of a sum must not decide between two tiles that agree.
                for x in 0..<width { output[y * width + x] = shares[x] > 0.4999 }
                if hasVotes { shares = [Float](repeating: 0, count: width) }
            }
            initialized = grid.size.pixelCount
        }
    }
}
