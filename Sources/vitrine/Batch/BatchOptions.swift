import ArgumentParser
import Foundation
import RunJournals

/// How a command goes about many pictures.
struct BatchOptions: ParsableArguments {
    enum Progress: String, ExpressibleByArgument, CaseIterable {
        case bar, json
    }

    @Flag(help: "Do all pictures again, whatever the output folder holds, with other settings and weights too.")
    var overwrite = false

    @Flag(help: "Try pictures again that failed in an earlier run.")
    var retryFailed = false

    @Flag(help: "End with 0 where all pictures were done or reported as failed, in place of 3.")
    var partialOk = false

    @Flag(
        help: """
            Say how many pictures there are and how many of them are left, estimate time and memory from up to three of \
            them, and write nothing.
            """)
    var dryRun = false

    @Option(help: "How progress is shown on standard error: bar, on a terminal, or json, a line a second at most.")
    var progress = Progress.bar

    @Option(help: "A file that is written anew while pictures get done, a second apart at least, with the same line.")
    var heartbeat: String?

    /// Whether no flag was given.
    var isUsual: Bool {
        !overwrite && !retryFailed && !partialOk && !dryRun && progress == .bar && heartbeat == nil
    }

    func validate() throws {
        if overwrite, retryFailed {
            throw ValidationError("--overwrite does all pictures again; leave out --retry-failed")
        }
    }

    /// What was done in a folder before, to look at; nil where nothing counts.
    ///
    /// - Throws: A ``CommandFailure`` with status `outputFailed`.
    func journal(of folder: String, _ ids: [String]) throws -> RunJournal? {
        if overwrite || !FileManager.default.fileExists(atPath: "\(folder)/\(RunJournal.name)") { return nil }
        do { return try RunJournal(reading: folder, ids: ids) } catch {
            throw CommandFailure.output("\(error) (--output)")
        }
    }
}
