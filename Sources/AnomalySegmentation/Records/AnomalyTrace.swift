import Imaging

/// How a result came about, in pixels of the picture: what is small enough to be kept after the maps are gone.
package struct AnomalyTrace: Sendable {
    package internal(set) var threshold: ThresholdReport?
    package private(set) var groups: [GroupRecord] = []
    package private(set) var rejectedRegions: [RejectedRegionRecord] = []
    /// nil, as the tiles, for a picture as a whole.
    package let tiling: Tiling?
    package private(set) var tiles: [TileRecord]?

    /// Of a picture whose tiles are yet to come.
    init(_ tiling: Tiling) {
        self.tiling = tiling
        tiles = []
    }

    /// Of a picture as a whole.
    fileprivate init(_ result: AnomalyResult) {
        tiling = nil
        threshold = result.prompts.threshold
        groups = zip(result.prompts.groups, result.cascades).map { GroupRecord($0, $1) }
        rejectedRegions = result.prompts.rejectedRegions.map { RejectedRegionRecord($0) }
    }

    /// Takes in the next tile.
    mutating func add(_ tile: AnomalyTile) {
        let place = TilePlace(index: tiles?.count ?? 0, box: tile.box, firstGroup: groups.count)
        groups += zip(tile.result.prompts.groups, tile.result.cascades).map { GroupRecord($0, $1, in: place) }
        rejectedRegions += tile.result.prompts.rejectedRegions.map { RejectedRegionRecord($0, in: place) }
        tiles?.append(TileRecord(tile))
    }
}

extension AnomalyResult {
    /// How it came about.
    package var trace: AnomalyTrace { AnomalyTrace(self) }
}
