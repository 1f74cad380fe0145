import AnomalySegmentation
import ImageCodecs
import Imaging

/// `result.json` of one picture.
struct SegmentRecord: OutputRecord {
    static let kind = "segment"

    /// What was found: the members that the picture's line of `results.jsonl` has, too.
    let found: ResultLineRecord
    /// How it was found.
    var details: Details

    func encode(to encoder: any Encoder) throws {
        try found.encode(to: encoder)
        try details.encode(to: encoder)
    }

    struct Details: Encodable {
        let object: String
        let threshold: ThresholdReport?
        let groups: [GroupRecord]
        let rejectedRegions: [RejectedRegionRecord]
        /// How the picture was cut, and what was found in each tile; absent for a picture as a whole.
        let tiling: Tiling?
        let tiles: [TileRecord]?
        let configuration: AnomalyConfiguration
        let weights: [WeightFileRecord]
        /// Absent, as the threads, with `--reproducible`: the only parts that differ from run to run.
        var timingsSeconds: TimingsRecord?
        var threads: Int?
        /// The number of the request that this answers.
        var seq: Int?
    }

    init(
        picture: PictureRecord, object: String, result: SegmentedPicture, configuration: AnomalyConfiguration,
        weights: [WeightFileRecord]
    ) {
        found = ResultLineRecord(picture, result)
        details = Details(
            object: object, threshold: result.threshold, groups: result.groups,
            rejectedRegions: result.rejectedRegions, tiling: result.tiling, tiles: result.tiles,
            configuration: configuration, weights: weights)
    }
}

/// Seconds of each stage.
struct TimingsRecord: Encodable {
    private enum Key: String, CodingKey { case decoding }

    let decoding: Double
    /// Those of the computation.
    let computed: StageTimings

    init(decoding: Double, _ computed: StageTimings) { (self.decoding, self.computed) = (decoding, computed) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(decoding, forKey: .decoding)
        try computed.encode(to: encoder)
    }

    /// The stages in the order in which they run.
    var stages: [(name: String, seconds: Double)] {
        [
            ("decoding", decoding), ("text", computed.text), ("map", computed.map), ("embedding", computed.embedding),
            ("points", computed.points), ("cascade", computed.cascade), ("fusion", computed.fusion),
        ]
    }
}
