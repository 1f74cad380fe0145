public import Imaging
import SegmentAnything

extension AnomalySegmenter {
    /// The whole path for a large picture, tile by tile: each tile goes through map, PPG and CPS as a picture of its own,
    /// on a scale and with a cut that all of them share, and what they gave is joined without seams.
    ///
    /// All maps are made before the first tile is refined, and SAM runs on the tiles with a region above the cut alone.
    /// Nothing is kept of a tile but its map's small grids and its mask: memory is that of the picture, of its final map
    /// and mask, and of one tile.
    ///
    /// The limit on groups holds for each tile. A picture of one tile gives what ``segment(_:object:embedding:)`` gives.
    ///
    /// - Parameters:
    ///   - image: of any size that holds a pixel.
    ///   - object: what the picture shows, in plain English.
    ///   - tiling: the size of the tiles, and how much they overlap.
    ///   - each: gets each tile once it is done, row by row. What it throws ends the work.
    /// - Throws: what ``segment(_:object:embedding:)`` and `each` throw, and ``AnomalySegmentationError`` for a tiling out
    ///   of its range.
    public func segment(
        _ image: Image, object: String, tiling: Tiling, each: (AnomalyTile) throws -> Void = { _ in }
    ) throws -> TiledAnomalyResult {
        try tiling.validate()
        var timings = StageTimings()
        let vectors = try textVectors(for: object, timings: &timings)
        let grid = TileGrid(tiling, image.size)
        let boxes = grid.boxes
        var grids: [[GridMap]] = []
        let scale = try timings.measure(\.map) {
            var values = TileScale.Collection(tiles: boxes.count, side: configuration.map.side)
            for box in boxes {
                grids.append(try producer.grids(for: image.cropped(to: box), between: vectors))
                let squareMap = AnomalyMap.squareMap(grids[grids.count - 1], configuration.map)
                try values.add(squareMap, configuration.points.normalization)
            }
            return try values.scale(configuration)
        }
        func map(of tile: Int) -> AnomalyMap {
            AnomalyMap(
                grids: grids[tile], picture: ImageSize(width: boxes[tile].width, height: boxes[tile].height),
                configuration: configuration.map)
        }

        var join = TileJoin(grid)
        var clipScore: Float = 0
        for (tile, box) in boxes.enumerated() {
            let map = timings.measure(\.map) { map(of: tile) }
            let result = try MapRefinement(map, configuration, scale: scale).result(sam, timings: StageTimings()) {
                timings in timings.measure(\.embedding) { sam.embed(image.cropped(to: box)) }
            }
            timings.add(result.timings)
            clipScore = max(clipScore, map.clipScore)
            timings.measure(\.fusion) { join.add(result.fusedMap, result.mask, tile: tile) }
            try each(AnomalyTile(box: box, result: result))
        }
        if configuration.fusion.mode == .gate && join.hasNoMask {
            // Without any mask there is nothing to multiply with, as in a picture without tiles.
            join = TileJoin(grid)
            for tile in boxes.indices {
                let map = map(of: tile).pictureMap
                join.add(map, Mask(size: map.size), tile: tile)
            }
        }
        let joined = timings.measure(\.fusion) { join.joined() }
        let weight = configuration.fusion.pictureScoreWeight
        return TiledAnomalyResult(
            score: weight * clipScore + (1 - weight) * (joined.map.range?.upperBound ?? 0), clipScore: clipScore,
            fusedMap: joined.map, mask: joined.mask, threshold: scale.threshold, omission: scale.omission,
            timings: timings)
    }
}
