import Imaging
import SegmentAnything

/// The tiles of one picture on their way to one result.
struct TiledSegmentation {
    private let segmenter: AnomalySegmenter
    private let image: Image
    let boxes: [ImageBox]
    private let grid: TileGrid
    private let grids: [[GridMap]]
    private let scale: TileScale
    private var join: TileJoin
    /// For the product with masks: the maps alone, as long as no tile has a mask to multiply with.
    private var unmasked: TileJoin?
    private var omission: AnomalyResult.Omission?
    private var clipScore: Float = 0
    private var timings = StageTimings()
    private var trace: AnomalyTrace

    /// Makes the maps of all tiles, and the scale that they share.
    init(
        _ segmenter: AnomalySegmenter, _ image: Image, _ object: String, _ tiling: Tiling
    ) throws(AnomalySegmentationError) {
        guard !image.size.isEmpty else { throw .emptyPicture(image.size) }
        try tiling.validate()
        let configuration = segmenter.configuration
        var timings = StageTimings()
        let vectors = try segmenter.textVectors(for: object, timings: &timings)
        let grid = TileGrid(tiling, image.size)
        let boxes = grid.boxes
        var grids: [[GridMap]] = []
        scale = try timings.measure(\.map) { () throws(AnomalySegmentationError) in
            var values = TileScale.Collection(tiles: boxes.count, side: configuration.map.side)
            for box in boxes {
                grids.append(try segmenter.grids(for: image.cropped(to: box), between: vectors))
                let squareMap = AnomalyMap.squareMap(grids[grids.count - 1], configuration.map)
                try values.add(squareMap, configuration.points.normalization)
            }
            return try values.scale(configuration)
        }
        self.segmenter = segmenter
        self.image = image
        self.grid = grid
        self.boxes = boxes
        self.grids = grids
        self.timings = timings
        join = TileJoin(grid)
        unmasked = configuration.fusion.mode == .gate ? TileJoin(grid) : nil
        omission = scale.omission
        trace = AnomalyTrace(tiling)
        trace.threshold = scale.threshold
    }

    private func map(of tile: Int) throws(AnomalySegmentationError) -> AnomalyMap {
        try AnomalyMap(
            grids: grids[tile], picture: ImageSize(width: boxes[tile].width, height: boxes[tile].height),
            configuration: segmenter.configuration.map, detail: PictureDetail(image.cropped(to: boxes[tile])))
    }

    /// Refines the next tile; tiles come in order.
    mutating func add(_ tile: Int) throws(AnomalySegmentationError) -> AnomalyTile {
        let box = boxes[tile]
        var spent = StageTimings()
        let map = try spent.measure(\.map) { () throws(AnomalySegmentationError) in try self.map(of: tile) }
        // One tile is the picture, and its points are found on its own scale, also once it is smoothed.
        let isWhole = boxes.count == 1
        let result = try MapRefinement(map, segmenter.configuration, scale: isWhole ? nil : scale)
            .result(segmenter.sam, timings: StageTimings()) { timings throws(AnomalySegmentationError) in
                try timings.measure(\.embedding) { () throws(AnomalySegmentationError) in
                    try segmenter.embed(image.cropped(to: box))
                }
            }
        spent.add(result.timings)
        clipScore = max(clipScore, map.clipScore)
        spent.measure(\.fusion) {
            join.add(result.fusedMap, result.mask, tile: tile)
            if join.hasNoMask {
                if unmasked != nil {
                    var own = result.smoothedMap.pictureMap
                    map.sharpen(&own, segmenter.configuration.ridges)
                    unmasked?.add(own, result.mask, tile: tile)
                }
            } else {
                unmasked = nil
            }
        }
        if isWhole { (trace.threshold, omission) = (result.prompts.threshold, result.omission) }
        timings.add(spent)
        let found = AnomalyTile(box: box, result: result)
        trace.add(found)
        return found
    }

    /// The result, once all tiles are in.
    mutating func joined() -> TiledAnomalyResult {
        let fusion = segmenter.configuration.fusion
        var spent = StageTimings()
        // Without any mask there is nothing to multiply with, as in a picture without tiles.
        let joined = spent.measure(\.fusion) { (unmasked ?? join).joined() }
        timings.add(spent)
        let weight = fusion.pictureScoreWeight
        return TiledAnomalyResult(
            score: weight * clipScore + (1 - weight) * (joined.map.range?.upperBound ?? 0), clipScore: clipScore,
            fusedMap: joined.map, mask: joined.mask, omission: omission, timings: timings, trace: trace)
    }
}
