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
    /// The limit on groups holds for each tile. A picture of one tile gives what `segment(_:object:embedding:)` gives.
    ///
    /// - Parameters:
    ///   - image: of any size that holds a pixel.
    ///   - object: what the picture shows, in plain English.
    ///   - tiling: the size of the tiles, and how much they overlap.
    ///   - each: gets each tile once it is done, row by row. What it throws ends the work.
    /// - Throws: ``AnomalySegmentationError`` as `segment(_:object:embedding:)` and for a tiling out of its range, and what
    ///   `each` throws.
    public func segment(
        _ image: Image, object: String, tiling: Tiling, each: (AnomalyTile) throws -> Void
    ) throws -> TiledAnomalyResult {
        try segment(image, object: object, tiling: tiling, each: each, failure: { $0 as any Error })
    }

    /// The same without a look at the tiles.
    ///
    /// - Throws: ``AnomalySegmentationError`` as `segment(_:object:embedding:)` and for a tiling out of its range.
    public func segment(
        _ image: Image, object: String, tiling: Tiling
    ) throws(AnomalySegmentationError) -> TiledAnomalyResult {
        try segment(
            image, object: object, tiling: tiling, each: { _ throws(AnomalySegmentationError) in }, failure: { $0 })
    }

    /// - Parameter failure: an error of this module as one of the kind that `each` throws.
    private func segment<Failure>(
        _ image: Image, object: String, tiling: Tiling, each: (AnomalyTile) throws(Failure) -> Void,
        failure: (AnomalySegmentationError) -> Failure
    ) throws(Failure) -> TiledAnomalyResult {
        var work: TiledSegmentation
        do throws(AnomalySegmentationError) {
            work = try TiledSegmentation(self, image, object, tiling)
        } catch {
            throw failure(error)
        }
        for tile in work.boxes.indices {
            let found: AnomalyTile
            do throws(AnomalySegmentationError) { found = try work.add(tile) } catch { throw failure(error) }
            try each(found)
        }
        return work.joined()
    }
}
