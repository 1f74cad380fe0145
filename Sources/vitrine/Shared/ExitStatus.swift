/// What the process tells its caller when it ends. The numbers are part of the command's contract and do not change.
enum ExitStatus: Int32, Sendable {
    case success = 0
    /// A flag, a value or a subcommand that cannot be understood or is out of range.
    case usage = 2
    /// Finished, but some pictures failed; each failure was reported.
    case someFailed = 3
    /// An input, a checkpoint or a configuration file that cannot be used.
    case badInput = 4
    /// A file, the output folder or standard output cannot be written; without a word where the reader of standard
    /// output has gone away.
    case outputFailed = 5
    /// Stopped in order between items by a time limit or SIGUSR1; the same command goes on.
    case stopped = 6
    /// A fault of Vitrine itself.
    case `internal` = 70
    case interrupted = 130
    case terminated = 143
}

/// A failure that ends the command, with the sentence that the user reads.
struct CommandFailure: Error {
    var status: ExitStatus
    var message: String

    static func usage(_ message: String) -> CommandFailure { CommandFailure(status: .usage, message: message) }
    static func badInput(_ message: String) -> CommandFailure { CommandFailure(status: .badInput, message: message) }
    static func output(_ message: String) -> CommandFailure { CommandFailure(status: .outputFailed, message: message) }
}
