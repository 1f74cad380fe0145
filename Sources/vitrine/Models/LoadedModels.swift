import ArgumentParser
import CLIP
import Checkpoints
import Foundation
import SegmentAnything
import Tensors
import TerminalText

/// A CLIP, ready, and its files.
struct LoadedCLIP {
    var model: CLIPModel
    var files: [WeightFile]

    /// - Throws: A ``CommandFailure`` with status `badInput` whose sentence names the file.
    /// - Parameter activation: what other weights need, unless the options say otherwise.
    init(
        _ options: CLIPOptions, _ precision: PrecisionOptions, activation: CLIPConfiguration.Activation? = nil
    ) throws {
        let files = try options.files()
        try MemoryAllowance().check(models: [files.clip, files.merges])
        let checkpoint = try reading(files.clip) { try Checkpoint.open(files.clip) }
        let merges = try reading(files.merges) {
            try GzipFile.unpackedContents(of: files.merges, limitBytes: Self.largestVocabulary)
        }
        model = try reading(files.clip) {
            do {
                return try CLIPModel(
                    weights: checkpoint, merges: merges, activation: options.activation ?? activation,
                    precision: precision.precision,
                    shelf: precision.packed.shelf(for: checkpoint, precision.precision))
            } catch CLIPLoadingError.vocabulary(let error) {
                return try reading(files.merges) { throw error }
            }
        }
        for decision in model.decisions where decision.isGuess {
            Terminal.complain("warning: \(files.clip): \(decision)\(decision.flagHint)")
        }
        self.files =
            WeightFile.all(of: checkpoint, role: "CLIP", precision: model.precision) + [
                WeightFile(role: "merges", path: files.merges)
            ]
    }

    /// One that was loaded with others.
    init(_ models: LoadedModels) { (model, files) = (models.clip, models.files) }

    /// What becomes of texts, refusals turned into sentences: the weights are at fault, or a text is. A request to stop ends
    /// the computation.
    ///
    /// - Parameter flag: what the texts were given with.
    /// - Throws: A ``CommandFailure``, or the `ExitCode` of that request.
    func readingTexts<Value>(_ flag: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try StopRequest.computing(body)
        } catch let ended as ExitCode {
            throw ended
        } catch CLIPError.unusableText(let error), ZeroShotError.clip(.unusableText(let error)) {
            throw CommandFailure.usage("\(flag): \(error)")
        } catch let error where error is CLIPError {
            throw CommandFailure.badInput("\(files[0].path): \(error)")
        } catch ZeroShotError.clip(let error) {
            throw CommandFailure.badInput("\(files[0].path): \(error)")
        } catch { throw CommandFailure.usage("\(error)") }
    }

    /// Vocabularies take some megabytes; what unpacks to more is none.
    private static let largestVocabulary = 1 << 26
}

/// A SAM, ready, and its files.
struct LoadedSAM {
    var model: SAMModel
    var files: [WeightFile]

    /// - Throws: A ``CommandFailure`` with status `badInput` whose sentence names the file.
    init(file: String, _ precision: PrecisionOptions) throws {
        try MemoryAllowance().check(models: [file])
        let checkpoint = try reading(file) { try Checkpoint.open(file) }
        model = try reading(file) {
            try SAMModel(
                weights: checkpoint, precision: precision.precision,
                shelf: precision.packed.shelf(for: checkpoint, precision.precision))
        }
        files = WeightFile.all(of: checkpoint, role: "SAM", precision: model.precision)
    }
}

extension LoadedSAM {
    /// What SAM gives, its refusals turned into sentences: the prompt is at fault, or the weights are. A request to stop ends
    /// the computation.
    ///
    /// - Throws: A ``CommandFailure``, or the `ExitCode` of that request; what `body` throws beside a `PromptError`.
    func asking<Masks>(_ body: () throws -> Masks) throws -> Masks {
        do {
            return try StopRequest.computing(body)
        } catch PromptError.masksNotFinite, AutomaticMaskError.prompt(.masksNotFinite) {
            throw CommandFailure.badInput("\(files[0].path): \(PromptError.masksNotFinite)")
        } catch let error as PromptError {
            throw CommandFailure.usage("\(error)")
        }
    }
}

/// Both models, ready, and their files.
struct LoadedModels {
    var clip: CLIPModel
    var sam: SAMModel
    var files: [WeightFile]

    /// - Throws: A ``CommandFailure`` with status `badInput` whose sentence names the file.
    init(_ options: ModelOptions, activation: CLIPConfiguration.Activation? = nil) throws {
        let clip = try LoadedCLIP(options.clipOptions, options.precisionOptions, activation: activation)
        let sam = try LoadedSAM(file: options.samOptions.file(), options.precisionOptions)
        self.clip = clip.model
        self.sam = sam.model
        files = clip.files + sam.files
    }
}

/// A file that a model was read from.
struct WeightFile: Sendable {
    var role: String
    var path: String
    /// In which its model computes with it.
    var precision = Precision.full

    static func all(of checkpoint: Checkpoint, role: String, precision: Precision = .full) -> [WeightFile] {
        checkpoint.files.map { WeightFile(role: role, path: $0.path, precision: precision) }
    }
}

extension WeightFileRecord {
    /// What a record says of files: their digests, made on a thread of their own while models compute, because they
    /// take seconds for files of gigabytes.
    static func pending(of files: [WeightFile], cache: CacheFolder = CacheFolder()) -> Pending<[WeightFileRecord]> {
        Pending(on: DispatchQueue(label: "vitrine.digests")) {
            let digests = cache.digests()
            return try files.map { file in
                var record = WeightFileRecord(path: file.path, role: file.role)
                record.precision = file.precision == .full ? nil : file.precision.rawValue
                record.sha256 = try reading(file.path) {
                    try digests.sha256(ofFile: file.path, checkCancellation: StopRequest.check)
                }
                return record
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
    } catch let ended as ExitCode {
        throw ended
    } catch {
        throw CommandFailure.badInput(naming(path, in: "\(error)\(flagHint(for: error))"))
    }
}

/// A sentence with the file in front, unless it names it already.
func naming(_ path: String, in sentence: String) -> String {
    sentence.contains(path) || sentence.contains(printable(path)) ? sentence : "\(path): \(sentence)"
}
