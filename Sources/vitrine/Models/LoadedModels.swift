import CLIP
import Checkpoints
import Foundation
import SegmentAnything

/// A CLIP, ready, and what records say of its files.
struct LoadedCLIP {
    var model: CLIPModel
    var weights: [WeightRecord]

    /// - Throws: A ``CommandFailure`` with status `badInput` whose sentence names the file.
    init(_ options: CLIPOptions) throws {
        let files = try options.files()
        model = try reading(files.clip) {
            let checkpoint = try Checkpoint.open(files.clip)
            var configuration = try CLIPConfiguration.detect(from: checkpoint)
            if let activation = options.activation { configuration.activation = activation }
            let tokenizer = CLIPTokenizer(
                vocabulary: try Self.vocabulary(files.merges, size: configuration.vocabularySize),
                contextLength: configuration.contextLength)
            return try CLIPModel(configuration: configuration, weights: checkpoint, tokenizer: tokenizer)
        }
        weights = try [WeightRecord.of(files.clip, role: "CLIP"), WeightRecord.of(files.merges, role: "merges")]
    }

    /// The published merges file holds more lines than its vocabulary has room for, so the size decides how many count:
    /// all but the 2 x 256 byte symbols and the two marks.
    private static func vocabulary(_ path: String, size: Int) throws -> Vocabulary {
        try reading(path) {
            try Vocabulary(merges: try Data(contentsOf: URL(fileURLWithPath: path)), mergeCount: size - 514)
        }
    }
}

/// A SAM, ready, and what records say of its file.
struct LoadedSAM {
    var model: SAMModel
    var weights: [WeightRecord]

    /// - Throws: A ``CommandFailure`` with status `badInput` whose sentence names the file.
    init(file: String) throws {
        model = try reading(file) {
            let checkpoint = try Checkpoint.open(file)
            return try SAMModel(configuration: .detect(from: checkpoint), weights: checkpoint)
        }
        weights = try [WeightRecord.of(file, role: "SAM")]
    }
}

/// Both models, ready, and what `result.json` says of their files.
struct LoadedModels {
    var clip: CLIPModel
    var sam: SAMModel
    var weights: [WeightRecord]

    /// - Throws: A ``CommandFailure`` with status `badInput` whose sentence names the file.
    init(_ options: ModelOptions) throws {
        let clip = try LoadedCLIP(options.clipOptions)
        let sam = try LoadedSAM(file: options.samOptions.file())
        self.clip = clip.model
        self.sam = sam.model
        weights = clip.weights + sam.weights
    }
}

extension WeightRecord {
    static func of(_ path: String, role: String) throws -> WeightRecord {
        WeightRecord(
            role: role, file: (path as NSString).lastPathComponent,
            sha256: try reading(path) { try SHA256.hexadecimalDigest(ofFile: path) })
    }
}

/// What `body` says of the file at `path`, its errors turned into one sentence with the path in it.
func reading<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    do {
        return try body()
    } catch let failure as CommandFailure {
        throw failure
    } catch {
        let sentence = "\(error)"
        throw CommandFailure.badInput(sentence.contains(path) ? sentence : "\(path): \(sentence)")
    }
}
