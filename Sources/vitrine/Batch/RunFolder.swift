import Foundation
import RegionExports
import ResultFolders
import RunJournals
import Synchronization

/// The output folder of a command that writes a result for each picture, and what earlier runs did in it.
///
/// At its top stand `run.json` from the first result on and, once all pictures are done or have failed, `results.jsonl`,
/// `failures.jsonl`, the files about all regions that were asked for, and at last `done.json`. They are Vitrine's by the
/// journal; others of these names are refused.
final class RunFolder: Sendable {
    enum File: String, CaseIterable {
        case results = "results.jsonl"
        case failures = "failures.jsonl"
        case run = "run.json"
        case done = "done.json"
    }

    /// What stands at the top, in some runs or in all.
    private static let names = File.allCases.map(\.rawValue) + RegionExport.allCases.map(\.fileName)

    private let path: String
    private let results: ResultOutput
    let journal: RunJournal
    /// Whether `run.json` says what is in the folder.
    private let hasBegun = Mutex(false)

    /// Locks the folder, and looks at all places that will be written to, before any model is loaded.
    ///
    /// - Parameters:
    ///   - ids: of all pictures of the run, sorted by their bytes.
    ///   - startsAnew: whether what is there is made again, whatever it was made with.
    /// - Throws: A ``CommandFailure`` with status `outputFailed`.
    init(_ path: String, _ ids: [String], startsAnew: Bool) throws {
        self.path = path
        if let taken = ids.first(where: Self.isTaken) {
            throw CommandFailure.badInput(
                "the results of a picture cannot be called \(taken), which is Vitrine's own; give it another name")
        }
        results = try ResultOutput(path, for: ids)
        journal = try Self.output {
            let journal = try RunJournal(folder: path, ids: ids, startsAnew: startsAnew)
            try journal.own(Self.names)
            return journal
        }
        if startsAnew { for file in [File.done, .run] { try remove(file.rawValue) } }
    }

    /// Whether an id begins with a name that the folder needs for itself.
    private static func isTaken(_ id: String) -> Bool {
        guard let first = id.split(separator: "/").first else { return true }
        return first.hasPrefix(".vitrine") || names.contains { $0.utf8.elementsEqual(first.utf8) }
    }

    deinit {
        // Nothing was done: the folder is left as it was.
        if journal.isNew, !hasBegun.withLock({ $0 }) { unlink("\(path)/\(RunJournal.name)") }
    }

    private func place(_ file: File) -> String { "\(path)/\(file.rawValue)" }

    private func remove(_ name: String) throws {
        let place = "\(path)/\(name)"
        try Self.output {
            if unlink(place) != 0, errno != ENOENT {
                throw OutputFolderError.failed(path: place, operation: "removing", code: errno)
            }
        }
    }

    private static func output<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure.output("\(error) (--output)")
        }
    }

    // MARK: Settings

    /// Whether an earlier run left its settings, which ``begin(_:)`` compares.
    var isResumed: Bool { FileManager.default.fileExists(atPath: place(.run)) }

    /// Notes what the results are made with. Called before the first result is written; all calls but the first do nothing.
    ///
    /// - Throws: A ``CommandFailure`` with status `badInput` that lists what is not as in an earlier run.
    func begin(_ run: RunDescription) throws {
        try hasBegun.withLock { hasBegun in
            if hasBegun { return }
            if let before = try? RunDescription(file: place(.run)) {
                let differences = run.differences(from: before, in: RunDescription.fixed)
                if !differences.isEmpty {
                    throw CommandFailure.badInput(
                        "\(path) holds results that were made otherwise: "
                            + differences.map(\.description).joined(separator: "; ")
                            + ". Choose another folder with --output, or replace them with --overwrite")
                }
            }
            try Self.output {
                // First of all, so that nobody takes the folder for whole while it is worked on.
                try remove(File.done.rawValue)
                // They would be about other results, or are not asked for any more.
                for export in RegionExport.allCases { try remove(export.fileName) }
                try run.write(to: place(.run))
            }
            hasBegun = true
        }
    }

    // MARK: Pictures

    /// Writes the files of a picture's result, then its line in the journal.
    func write(
        _ id: String, input: ContentStamp?, record: String, _ fill: (_ folder: String) throws -> Void
    ) throws {
        try results.write(id, fill)
        try Self.output {
            guard let result = ContentStamp(ofResult: "\(path)/\(id)") else {
                throw OutputFolderError.removed(path: "\(path)/\(id)")
            }
            try journal.add(JournalEntry(id: id, outcome: .done(result: result), input: input, record: record))
        }
    }

    /// Notes that a picture failed.
    func fail(_ id: String, input: ContentStamp?, record: String) throws {
        try Self.output { try journal.add(JournalEntry(id: id, outcome: .failed, input: input, record: record)) }
    }

    /// Whether an earlier run left this very result.
    func holds(_ entry: JournalEntry) throws -> Bool {
        guard let own = try journal.entry(of: entry.id), case .done(let stamp) = own.outcome,
            case .done(let other) = entry.outcome
        else { return false }
        return own.record == entry.record && stamp.digest == other.digest
            && stamp.isSame(asResult: "\(path)/\(entry.id)")
    }

    /// Writes the files about all pictures, the marker last.
    ///
    /// - Parameter isWhole: whether all pictures of the job are among them; without that there is no marker.
    /// - Returns: how many pictures are done and how many failed, in this run and before.
    func finish(_ run: RunDescription, isWhole: Bool = true) throws -> RunRecord.Outcome {
        try begin(run)
        return try Self.output {
            try journal.flush()
            let results = try journal.write(.done, to: File.results.rawValue)
            let failures = try journal.write(.failed, to: File.failures.rawValue)
            if let exports = try run.exports {
                for export in exports.files {
                    try export.write(
                        fromResults: place(.results), toFolder: path,
                        pixelSizeMillimetres: exports.pixelSizeMillimetres, version: Version.number)
                }
            }
            let outcome = RunRecord.Outcome(done: results.count, failed: failures.count)
            let digests = DoneRecord.Digests(
                failures: failures.digest, results: results.digest,
                run: try run.with(outcome).write(to: place(.run)))
            if isWhole { try DoneRecord(sha256: digests).write(to: place(.done)) }
            return outcome
        }
    }
}
