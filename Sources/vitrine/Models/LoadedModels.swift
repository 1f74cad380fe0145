import CLIP
import Checkpoints
import Foundation
import SegmentAnything

/// A CLIP, ready, and what records say of its files.
struct LoadedCLIP {
    var model: CLIPModel
    var weights: [WeightRecord]

    /// - Throws: A ``CommandFailure`` with status `badInput` whose sentence names the file.
    /// - Parameter activation: what other weights need, unless the options say otherwise.
    init(_ options: CLIPOptions, activation: CLIPConfiguration.Activation? = nil) throws {
        let files = try options.files()
        let detected = try reading(files.clip) {
            try DetectedCLIP(Checkpoint.open(files.clip), activation: options.activation ?? activation)
        }
        for decision in detected.decisions where decision.isGuess {
            Terminal.complain("warning: \(files.clip): \(decision)")
        }
        let tokenizer = try reading(files.merges) {
            CLIPTokenizer(
                vocabulary: try Vocabulary(
                    try Self.unpacked(files.merges), count: detected.configuration.vocabularySize),
                contextLength: detected.configuration.contextLength)
        }
        model = try reading(files.clip) { try CLIPModel(detected, tokenizer: tokenizer) }
        weights = try [WeightRecord.of(files.clip, role: "CLIP"), WeightRecord.of(files.merges, role: "merges")]
    }
}

extension LoadedCLIP {
    /// Vocabularies take some megabytes; what unpacks to more is none.
    private static let largestVocabulary = 1 << 26

    /// The bytes of a tokenizer's file, which may be gzipped as the published merges are.
    private static func unpacked(_ path: String) throws -> [UInt8] {
        let start = try FileHandle(forReadingFrom: URL(fileURLWithPath: path)).read(upToCount: 2) ?? Data()
        if start.elementsEqual([0x1F, 0x8B]) { return try GzipFile.contents(of: path, limitBytes: largestVocabulary) }
        return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
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
            return try SAMModel(weights: checkpoint)
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
    init(_ options: ModelOptions, activation: CLIPConfiguration.Activation? = nil) throws {
        let clip = try LoadedCLIP(options.clipOptions, activation: activation)
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
