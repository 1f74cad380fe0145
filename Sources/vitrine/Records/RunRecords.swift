import AnomalyDatasets
import AnomalySegmentation
import Imaging
import JSONText
import Manifests
import RegionExports

// What the files at the top of an output folder hold.

/// A line of `results.jsonl`: what a picture's `result.json` says, without what is the same for all pictures.
struct ResultLineRecord: OutputRecord {
    static let kind = "result"

    var picture: PictureRecord
    var score: Float
    var clipScore: Float
    var fusedPeak: Float
    var mask: MaskRecord
    /// The connected parts of the mask, each with its pixels.
    var regions: [MaskRegion]
    /// Why SAM was not asked; absent where it was.
    var omission: AnomalyResult.Omission?

    init(_ picture: PictureRecord, _ found: AnomalyRecord) {
        self.picture = picture
        (score, clipScore, fusedPeak) = (found.score, found.clipScore, found.fusedPeak)
        (mask, regions, omission) = (found.mask, found.regions, found.omission)
    }
}

/// `run.json`: what all results of an output folder have in common, and once the run is done how many there are.
struct RunRecord: OutputRecord {
    static let kind = "run"

    /// All pictures of the job, whatever part of them this run has.
    struct Pictures: Encodable {
        var count: Int
        var digest: String
    }

    /// The files about the regions of all pictures.
    struct Exports: Codable {
        var files: [RegionExport]
        /// Absent for a table in pixels alone.
        var pixelSizeMillimetres: Double?
    }

    /// The pictures of this run.
    struct Outcome: Encodable {
        var done: Int
        var failed: Int
    }

    /// Of the command that made the results.
    var command: String
    /// What decides about the results besides the weights.
    var settings: JSONValue
    var weights: [WeightFileRecord]
    var manifest: Pictures
    /// Absent where a run has all pictures.
    var shard: Shard?
    /// Absent where there are none. A run that goes on may ask for others: they are made from its results alone.
    var exports: Exports?
    /// What the pictures are, for `evaluate`.
    var dataset: DatasetRecord?
    /// Of this run and of those that it went on from or was put together of, for `evaluate`.
    var machines: [RunMachineRecord]?
    /// Absent while the run is not done.
    var outcome: Outcome?

    init(
        layout: RunLayout, settings: some Encodable, weights: [WeightFileRecord], manifest: Pictures, shard: Shard?,
        exports: Exports? = nil
    ) throws {
        command = layout.rawValue
        self.settings = try JSONValue(encoding: settings)
        self.weights = weights
        self.manifest = manifest
        self.exports = exports
        self.shard = shard
    }
}

/// `done.json`, the marker that is written last and removed first: the run is whole.
struct DoneRecord: OutputRecord, Codable {
    static let kind = "done"

    /// SHA-256 of the files beside it.
    struct Digests: Codable {
        var failures: String
        var results: String
        var run: String
    }

    var sha256: Digests
}

/// What `segment` was asked to do, but for pictures and weights.
struct SegmentSettings: Encodable {
    var object: String
    var configuration: AnomalyConfiguration
    var applyOrientation: Bool
    var lenientImages: Bool
    var reproducible: Bool
    var showPoints: Bool
    /// Absent where no picture is cut.
    var tiling: Tiling?
    /// The files of each result.
    var keep: [String]
}

/// What `evaluate` was asked to do, but for pictures and weights.
struct EvaluateSettings: Codable {
    var configuration: AnomalyConfiguration
    /// The names of the variants, the whole method last.
    var variants: [String]
    var variantSettings: [String: VariantRecord]
    /// What the pictures of each class show.
    var objects: [String: String]
    var withNormal: Bool
    /// Absent where all pictures of a class are taken.
    var limit: Int?
    var applyOrientation: Bool
    var lenientImages: Bool
    /// Whether pictures and maps are kept for the page.
    var report: Bool
    /// Whether encodings were rounded to half floats, to be kept; absent where they were not.
    var keepsEncodings: Bool?
    /// Which published data set this is; absent for any other.
    var published: PublishedDataset?
}
