import Checkpoints
import Foundation

/// One file of weights, by its content.
struct WeightFileRecord: Codable {
    /// The file's own name.
    var file: String
    /// What it is in a run: CLIP, merges, SAM or map.
    var role: String?
    /// Where it is; absent in records of results, which do not depend on it.
    var path: String?
    var bytes: Int?
    var sha256: String?
    /// In which precision a model computed with it; absent for the full one.
    var precision: String?
    /// The name under which these exact bytes were published.
    var published: String?
    /// Where published weights are fetched from.
    var source: String?
}

extension WeightFileRecord {
    /// What is known without reading the file at `path`, the path itself left out.
    init(path: String, role: String) {
        file = (path as NSString).lastPathComponent
        self.role = role
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        bytes = (try? FileManager.default.attributesOfItem(atPath: target))?[.size] as? Int
    }

    /// A file of weights that was opened. Reads it whole, for its digest, whatever was kept of it.
    ///
    /// - Throws: A ``CommandFailure``.
    init(_ opened: CheckpointFile, published list: PublishedWeights) throws {
        let digest = try reading(opened.path) {
            try SHA256.hexadecimalDigest(ofFile: opened.path, checkCancellation: StopRequest.check)
        }
        file = (opened.path as NSString).lastPathComponent
        path = opened.path
        bytes = opened.byteCount
        sha256 = digest
        published = list.file(sha256: digest)?.model.name
    }
}

/// What `weights list` prints.
struct WeightsListRecord: OutputRecord {
    static let kind = "weights-list"

    /// Where fetched weights are kept; absent when no place is known.
    var folder: String?
    /// Files that were fetched have a path.
    var models: [PublishedWeights.Model]
}

/// One tensor of a file of weights.
struct TensorRecord: Encodable {
    var name: String
    var shape: [Int]
    var type: String
    var bytes: Int
}

/// One thing that a model would be built with.
struct ModelFactRecord: Encodable {
    var fact: String
    var value: String
}

/// A tensor with numbers that are infinite or none.
struct NonFiniteRecord: Encodable {
    var tensor: String
    /// Of those numbers.
    var count: Int
}

extension NonFiniteRecord: CustomStringConvertible {
    init(_ item: CheckpointVerification.Item) {
        tensor = item.name
        count = item.nonFiniteCount
    }

    var description: String {
        "\(tensor) holds \(count) \(count == 1 ? "number that is" : "numbers that are") infinite or none"
    }
}

/// What `weights verify` found.
struct WeightsVerifyRecord: OutputRecord {
    static let kind = "weights-verify"

    var path: String
    var family: String
    var files: [WeightFileRecord]
    var tensorsRead: Int
    var checksumsCompared: Int
    var recordsWithoutChecksum: Int
    var notFinite: [NonFiniteRecord]
    /// Whether the model that the weights are for can be built; absent where they are for none of their own.
    var fits: Bool?
    /// One sentence each; empty for sound weights.
    var problems: [String]
}
