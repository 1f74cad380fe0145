import CLIP
import Checkpoints
import Foundation
import SegmentAnything

/// A CLIP, ready, and its files.
struct LoadedCLIP {
    var model: CLIPModel
    var files: [WeightFile]

    /// - Throws: A ``CommandFailure`` with status `badInput` whose sentence names the file.
    /// - Parameter activation: what other weights need, unless the options say otherwise.
    init(_ options: CLIPOptions, activation: CLIPConfiguration.Activation? = nil) throws {
        let files = try options.files()
        let checkpoint = try reading(files.clip) { try Checkpoint.open(files.clip) }
        let detected = try reading(files.clip) {
            try DetectedCLIP(checkpoint, activation: options.activation ?? activation)
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
        self.files = WeightFile.all(of: checkpoint, role: "CLIP") + [WeightFile(role: "merges", path: files.merges)]
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

/// A SAM, ready, and its files.
struct LoadedSAM {
    var model: SAMModel
    var files: [WeightFile]

    /// - Throws: A ``CommandFailure`` with status `badInput` whose sentence names the file.
    init(file: String) throws {
        let checkpoint = try reading(file) { try Checkpoint.open(file) }
        model = try reading(file) { try SAMModel(weights: checkpoint) }
        files = WeightFile.all(of: checkpoint, role: "SAM")
    }
}

/// Both models, ready, and their files.
struct LoadedModels {
    var clip: CLIPModel
    var sam: SAMModel
    var files: [WeightFile]

    /// - Throws: A ``CommandFailure`` with status `badInput` whose sentence names the file.
    init(_ options: ModelOptions, activation: CLIPConfiguration.Activation? = nil) throws {
        let clip = try LoadedCLIP(options.clipOptions, activation: activation)
        let sam = try LoadedSAM(file: options.samOptions.file())
        self.clip = clip.model
        self.sam = sam.model
        files = clip.files + sam.files
    }
}

/// A file that a model was read from.
struct WeightFile: Sendable {
    var role: String
    var path: String

    static func all(of checkpoint: Checkpoint, role: String) -> [WeightFile] {
        checkpoint.files.map { WeightFile(role: role, path: $0.path) }
    }
}

extension WeightRecord {
    /// What a record says of files: their digests, made on a thread of their own while models compute, because they
    /// take seconds for files of gigabytes.
    static func pending(of files: [WeightFile]) -> Pending<[WeightRecord]> {
        Pending(on: DispatchQueue(label: "vitrine.digests")) {
            try files.map { file in
                let digest = try reading(file.path) { try SHA256.hexadecimalDigest(ofFile: file.path) }
                return WeightRecord(role: file.role, file: (file.path as NSString).lastPathComponent, sha256: digest)
            }
        }
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
