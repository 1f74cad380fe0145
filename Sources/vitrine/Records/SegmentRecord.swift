import AnomalySegmentation
import ImageCodecs
import Imaging

/// `result.json` of one picture.
struct SegmentRecord: OutputRecord {
    static let kind = "segment"

    var picture: PictureRecord
    var object: String
    var score: Float
    var clipScore: Float
    var fusedPeak: Float
    var threshold: ThresholdReport?
    var mask: MaskRecord
    /// The connected parts of the mask, each with its pixels.
    var regions: [MaskRegionRecord]
    var groups: [GroupRecord]
    var rejectedRegions: [RejectedRegionRecord]
    /// Why SAM was not asked; absent where it was.
    var omission: AnomalyResult.Omission?
    /// How the picture was cut, and what was found in each tile; absent for a picture as a whole.
    var tiling: Tiling?
    var tiles: [TileRecord]?
    var configuration: AnomalyConfiguration
    var weights: [WeightFileRecord]
    /// Absent, as the threads, with `--reproducible`: the only parts that differ from run to run.
    var timingsSeconds: TimingsRecord?
    var threads: Int?
    /// The number of the request that this answers.
    var seq: Int?

    init(
        picture: PictureRecord, object: String, result: SegmentedPicture, configuration: AnomalyConfiguration,
        weights: [WeightFileRecord]
    ) {
        self.picture = picture
        self.object = object
        score = result.score
        clipScore = result.clipScore
        fusedPeak = result.fusedPeak
        threshold = result.threshold
        mask = MaskRecord(result.mask)
        regions = MaskRegion.regions(of: result.mask, scores: result.fusedMap).map(MaskRegionRecord.init)
        groups = result.groups
        rejectedRegions = result.rejectedRegions
        omission = result.omission
        tiling = result.tiling
        tiles = result.tiles
        self.configuration = configuration
        self.weights = weights
    }
}

/// Seconds of each stage.
struct TimingsRecord: Encodable {
    var decoding: Double
    var text: Double
    var map: Double
    var embedding: Double
    var points: Double
    var cascade: Double
    var fusion: Double

    init(decoding: Double, _ stages: StageTimings) {
        self.decoding = decoding
        (text, map, embedding) = (stages.text, stages.map, stages.embedding)
        (points, cascade, fusion) = (stages.points, stages.cascade, stages.fusion)
    }

    /// The stages in the order in which they run.
    var stages: [(name: String, seconds: Double)] {
        [
            ("decoding", decoding), ("text", text), ("map", map), ("embedding", embedding), ("points", points),
            ("cascade", cascade), ("fusion", fusion),
        ]
    }
}
