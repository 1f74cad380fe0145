import AnomalySegmentation
import CLIP
import Checkpoints
import Foundation
import SegmentAnything

/// The two models, ready, and what `result.json` says of their files.
struct LoadedModels {
    var clip: CLIPModel
    var sam: SAMModel
    var weights: [WeightRecord]

    /// Opens and checks all files.
    ///
    /// - Throws: A ``CommandFailure`` with status `badInput` whose sentence names the file.
    init(_ files: ModelFiles) throws {
        clip = try Self.reading(files.clip) {
            let checkpoint = try Checkpoint.open(files.clip)
            let configuration = try CLIPConfiguration.detect(from: checkpoint)
            let tokenizer = CLIPTokenizer(
                vocabulary: try Self.vocabulary(files.merges, size: configuration.vocabularySize),
                contextLength: configuration.contextLength)
            return try CLIPModel(configuration: configuration, weights: checkpoint, tokenizer: tokenizer)
        }
        sam = try Self.reading(files.sam) {
            let checkpoint = try Checkpoint.open(files.sam)
            let configuration = try SAMConfiguration.detect(from: checkpoint)
            return try SAMModel(configuration: configuration, weights: checkpoint)
        }
        weights = try [("CLIP", files.clip), ("SAM", files.sam), ("merges", files.merges)].map { role, path in
            WeightRecord(
                role: role, file: (path as NSString).lastPathComponent,
                sha256: try Self.reading(path) { try SHA256.hexadecimalDigest(ofFile: path) })
        }
    }

    /// The published merges file holds more lines than its vocabulary has room for, so the size decides how many count:
    /// all but the 2 x 256 byte symbols and the two marks.
    private static func vocabulary(_ path: String, size: Int) throws -> Vocabulary {
        try reading(path) {
            try Vocabulary(merges: try Data(contentsOf: URL(fileURLWithPath: path)), mergeCount: size - 514)
        }
    }

    private static func reading<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            let sentence = "\(error)"
            throw CommandFailure.badInput(sentence.contains(path) ? sentence : "\(path): \(sentence)")
        }
    }
}
