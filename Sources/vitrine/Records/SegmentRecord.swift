import AnomalySegmentation
import ImageCodecs
import Imaging

/// `result.json` of one picture.
struct SegmentRecord: OutputRecord {
    static let kind = "segment"

    /// What was found, as the library says it.
    let found: AnomalyRecord
    /// What the command knows besides.
    var details: Details

    func encode(to encoder: any Encoder) throws {
        try found.encode(to: encoder)
        try details.encode(to: encoder)
    }

    /// Its line of `results.jsonl`.
    var line: ResultLineRecord { ResultLineRecord(details.picture, found) }

    struct Details: Encodable {
        let picture: PictureRecord
        let object: String
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
        found = result.record
        details = Details(picture: picture, object: object, configuration: configuration, weights: weights)
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
