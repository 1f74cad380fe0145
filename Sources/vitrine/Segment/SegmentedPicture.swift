import AnomalySegmentation
import Imaging

/// What was found in a picture, as a whole or tile by tile, in the frame of the picture.
struct SegmentedPicture: Sendable {
    let score: Float
    let clipScore: Float
    let fusedPeak: Float
    let fusedMap: ScoreMap
    let mask: Mask
    let threshold: ThresholdReport?
    let omission: AnomalyResult.Omission?
    private(set) var groups: [GroupRecord] = []
    private(set) var rejectedRegions: [RejectedRegionRecord] = []
    /// nil for a picture as a whole.
    private(set) var tiles: [TileRecord]?
    let tiling: Tiling?
    let timings: StageTimings

    /// The groups whose mask stands; with tiles, which may find one defect several times, the connected parts of the mask.
    var regionCount: Int {
        tiles == nil
            ? groups.count { $0.mask.area > 0 && $0.supersededByGroup == nil }
            : ConnectedComponents.label(mask).components.count
    }

    /// - Parameter tiling: how pictures with a longer side are cut; nil: none is.
    /// - Throws: what `segmenter` throws.
    init(_ image: Image, object: String, by segmenter: AnomalySegmenter, tiling: Tiling?) throws {
        if let tiling, !tiling.isWhole(image.size) {
            try self.init(image, object: object, by: segmenter, tiles: tiling)
        } else {
            self.init(try segmenter.segment(image, object: object))
        }
    }

    private init(_ image: Image, object: String, by segmenter: AnomalySegmenter, tiles tiling: Tiling) throws {
        var groups: [GroupRecord] = []
        var rejected: [RejectedRegionRecord] = []
        var tiles: [TileRecord] = []
        let found = try segmenter.segment(image, object: object, tiling: tiling) { tile in
            let place = TilePlace(index: tiles.count, box: tile.box, firstGroup: groups.count)
            groups += zip(tile.result.prompts.groups, tile.result.cascades).map { GroupRecord($0, $1, in: place) }
            rejected += tile.result.prompts.rejectedRegions.map { RejectedRegionRecord($0, in: place) }
            tiles.append(TileRecord(tile))
        }
        (score, clipScore, fusedPeak) = (found.score, found.clipScore, found.fusedPeak)
        (fusedMap, mask) = (found.fusedMap, found.mask)
        (threshold, omission, timings) = (found.threshold, found.omission, found.timings)
        self.tiling = tiling
        (self.groups, rejectedRegions, self.tiles) = (groups, rejected, tiles)
    }

    /// A picture as a whole.
    init(_ result: AnomalyResult) {
        (score, clipScore, fusedPeak) = (result.score, result.clipScore, result.fusedPeak)
        (fusedMap, mask) = (result.fusedMap, result.mask)
        (threshold, omission, timings) = (result.prompts.threshold, result.omission, result.timings)
        tiling = nil
        groups = zip(result.prompts.groups, result.cascades).map { GroupRecord($0, $1) }
        rejectedRegions = result.prompts.rejectedRegions.map { RejectedRegionRecord($0) }
    }

    /// The points of the groups that count, for the overlay.
    var markers: [HeatmapOverlay.Marker] {
        groups.filter { $0.supersededByGroup == nil }.flatMap(\.points).map {
            HeatmapOverlay.Marker($0.position, $0.isPositive ? .positive : .negative)
        }
    }
}

/// Where a tile lies among the others, for what stands in its own frame.
struct TilePlace {
    let index: Int
    let box: ImageBox
    /// The number of groups before it.
    let firstGroup: Int

    func moved(_ box: ImageBox) -> ImageBox {
        ImageBox(
            x0: box.x0 + self.box.x0, y0: box.y0 + self.box.y0, x1: box.x1 + self.box.x0, y1: box.y1 + self.box.y0)
    }

    func moved(_ point: ImagePoint) -> ImagePoint {
        ImagePoint(x: point.x + Double(box.x0), y: point.y + Double(box.y0))
    }
}
