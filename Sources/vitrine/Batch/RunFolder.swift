import ArgumentParser
import Foundation
import JSONText
import RegionExports
import ResultFolders
import RunJournals
import Synchronization

/// The output folder of a command that writes a result for each picture, and what earlier runs did in it.
///
/// At its top stand `run.json` from the first result on and, once all pictures are done or have failed, a line for each
/// picture, `failures.jsonl`, the files about all pictures together, and at last `done.json`. They are Vitrine's by the
/// journal; others of these names are refused. ``RunLayout`` has the names.
final class RunFolder: Sendable {
    let path: String
    private let layout: RunLayout
    private let results: ResultOutput
    let journal: RunJournal
    /// What `run.json` says of the machines of earlier runs, once it says what is in the folder; nil before.
    private let begun = Mutex<[JSONValue]?>(nil)

    /// Locks the folder, and looks at all places that will be written to, before any model is loaded.
    ///
    /// - Parameters:
    ///   - ids: of all pictures of the run, sorted by their bytes.
    ///   - startsAnew: whether what is there is made again, whatever it was made with.
    /// - Throws: A ``CommandFailure`` with status `outputFailed`.
    init(_ path: String, _ ids: [String], _ layout: RunLayout, startsAnew: Bool) throws {
        self.path = path
        self.layout = layout
        if let taken = ids.first(where: layout.isTaken) {
            throw CommandFailure.badInput(
                "the results of a picture cannot be called \(taken), which is Vitrine's own; give it another name")
        }
        results = try ResultOutput(path, for: ids.map(layout.place))
        journal = try Self.output {
            let journal = try RunJournal(folder: path, ids: ids, startsAnew: startsAnew)
            try journal.own(layout.names)
            return journal
        }
        if startsAnew { for file in [RunLayout.File.done, .run] { try remove(layout.name(of: file)) } }
    }

    deinit {
        // Nothing was done: the folder is left as it was.
        if journal.isNew, begun.withLock({ $0 == nil }) { unlink("\(path)/\(RunJournal.name)") }
    }

    private func place(_ file: RunLayout.File) -> String { "\(path)/\(layout.name(of: file))" }

    private func place(ofResult id: String) -> String { "\(path)/\(layout.place(ofResult: id))" }

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
        } catch let ended as ExitCode {
            throw ended
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
        try begun.withLock { begun in
            if begun != nil { return }
            var run = run
            var machines: [JSONValue] = []
            if let before = try? RunDescription(file: place(.run)) {
                let differences = run.differences(from: before, in: RunDescription.fixed(in: layout))
                if !differences.isEmpty {
                    throw CommandFailure.badInput(
                        "\(path) holds results that were made otherwise: "
                            + differences.map(\.description).joined(separator: "; ")
                            + ". Choose another folder with --output, or replace them with --overwrite")
                }
                machines = before.machines
                run.add(machines: machines)
            }
            try Self.output {
                // First of all, so that nobody takes the folder for whole while it is worked on.
                try remove(layout.name(of: .done))
                // They would be about other results, or are not asked for any more.
                for name in layout.summaries { try remove(name) }
                try run.write(to: place(.run))
            }
            begun = machines
        }
    }

    private var earlierMachines: [JSONValue] { begun.withLock { $0 } ?? [] }

    // MARK: Pictures

    /// Writes the files of a picture's result, then its line in the journal.
    func write(
        _ id: String, input: ContentStamp?, record: String, _ fill: (_ folder: String) throws -> Void
    ) throws {
        try results.write(layout.place(ofResult: id), fill)
        try Self.output {
            guard let result = ContentStamp(ofResult: place(ofResult: id)) else {
                throw OutputFolderError.removed(path: place(ofResult: id))
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
            && stamp.isSame(asResult: place(ofResult: entry.id))
    }

    /// Writes the files about all pictures, the marker last.
    ///
    /// - Parameter isWhole: whether all pictures of the job are among them; without that there is no marker.
    /// - Returns: how many pictures are done and how many failed, in this run and before.
    func finish(_ run: RunDescription, isWhole: Bool = true) throws -> RunRecord.Outcome {
        try begin(run)
        return try Self.output {
            try journal.flush()
            let lines = try journal.write(.done, to: layout.name(of: .lines))
            let failures = try journal.write(.failed, to: layout.name(of: .failures))
            let outcome = RunRecord.Outcome(done: lines.count, failed: failures.count)
            var run = run.with(outcome)
            switch layout {
            case .segment: try writeExports(run)
            case .evaluate:
                run = try EvaluatedFolder(path, run).writeSummaries()
                try removeForeignResults()
            }
            run.add(machines: earlierMachines)
            let digests = DoneRecord.Digests(
                failures: failures.digest, results: lines.digest, run: try run.write(to: place(.run)))
            if isWhole { try DoneRecord(sha256: digests).write(to: place(.done)) }
            return outcome
        }
    }

    /// Of pictures that an earlier run kept, and that are not among those that are done now.
    private func removeForeignResults() throws {
        var names: Set<String> = []
        for (index, id) in journal.ids.enumerated() {
            if case .done? = try journal.entry(at: index)?.outcome { names.insert(RunLayout.keptName(ofResult: id)) }
        }
        try results.removeResults(in: RunLayout.keptFolder, besides: names)
    }

    private func writeExports(_ run: RunDescription) throws {
        guard let exports = try run.exports else { return }
        for export in exports.files {
            try export.write(
                fromResults: place(.lines), toFolder: path, pixelSizeMillimetres: exports.pixelSizeMillimetres,
                version: Version.number)
        }
    }
}
