public import Imaging

/// What JSON says of a result: all but its maps, its mask pixel by pixel and the logits of the stages.
///
/// The members are those that the command's `result.json` has under the same names. A picture's name, the object, times,
/// configuration and weights are not the result's; the program that knows them writes them beside it.
public struct AnomalyRecord: Hashable, Sendable, Codable {
    /// The picture's score, 0...1.
    public var score: Float
    /// CLIP's score of the picture as a whole, 0...1; with tiles the largest of theirs.
    public var clipScore: Float
    /// The largest value of the final map.
    public var fusedPeak: Float
    /// Area and box of the mask. Its pixels stand in ``regions``.
    public var mask: MaskRecord
    /// The connected parts of the mask, each with its pixels, in the order in which a scan by rows meets them.
    public var regions: [MaskRegion]
    /// Why SAM was not asked; nil where it was.
    public var omission: AnomalyResult.Omission?
    /// The cut that made the regions of the map; nil where none could be made.
    public var threshold: ThresholdReport?
    /// What SAM was asked, and what the cascade made of it.
    public var groups: [GroupRecord]
    /// The regions of the map that became no group.
    public var rejectedRegions: [RejectedRegionRecord]
    /// How the picture was cut; nil, as ``tiles``, for a picture as a whole.
    public var tiling: Tiling?
    /// What was found in each tile, row by row.
    public var tiles: [TileRecord]?

    /// - Precondition: map and mask are of one size.
    package init(
        score: Float, clipScore: Float, fusedPeak: Float, fusedMap: ScoreMap, mask: Mask,
        omission: AnomalyResult.Omission?, trace: AnomalyTrace
    ) {
        (self.score, self.clipScore, self.fusedPeak) = (score, clipScore, fusedPeak)
        self.mask = MaskRecord(mask)
        regions = MaskRegion.regions(of: mask, scores: fusedMap)
        self.omission = omission
        threshold = trace.threshold
        groups = trace.groups
        rejectedRegions = trace.rejectedRegions
        tiling = trace.tiling
        tiles = trace.tiles
    }
}

extension AnomalyResult {
    /// What JSON says of this result. Made at each call: linear in the pixels, for the regions.
    public var record: AnomalyRecord {
        AnomalyRecord(
            score: score, clipScore: clipScore, fusedPeak: fusedPeak, fusedMap: fusedMap, mask: mask,
            omission: omission, trace: trace)
    }
}

extension TiledAnomalyResult {
    /// What JSON says of this result, in pixels of the picture. Made at each call: linear in the pixels, for the regions.
    public var record: AnomalyRecord {
        AnomalyRecord(
            score: score, clipScore: clipScore, fusedPeak: fusedPeak, fusedMap: fusedMap, mask: mask,
            omission: omission, trace: trace)
    }
}
