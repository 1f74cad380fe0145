import ArgumentParser
import Foundation
import TerminalText
import WholeFiles

/// The streams of the command: records and summaries go to standard output, everything else to standard error.
///
/// What does not reach standard output ends the command. What does not reach standard error changes nothing.
enum Terminal {
    /// Whether somebody gave this process a standard output. Without one its place is taken by the null device, which
    /// takes everything.
    private static let hasOutput = fcntl(STDOUT_FILENO, F_GETFD) != -1

    /// Puts the null device in the place of closed streams: otherwise a file that is opened later takes the stream's
    /// number, and what is printed ends up in it. Called before any file is opened.
    static func claimStreams() {
        _ = hasOutput
        // Each call takes the lowest free number.
        for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) == -1 {
            _ = open("/dev/null", O_RDWR)
        }
    }

    /// Writes a line to standard output.
    ///
    /// - Throws: A ``CommandFailure`` with status `outputFailed` and the reason. Where the reader has gone away, as
    ///   `head` does, the command ends with the same status and without a word.
    static func write(_ line: String) throws {
        guard hasOutput else { throw failure(EBADF) }
        if let code = put(line + "\n", STDOUT_FILENO) { throw failure(code) }
    }

    /// One line of complaint, always with the program's name in front.
    static func complain(_ message: String) { show("vitrine: \(printable(message))\n") }

    /// Shows text on standard error as it is.
    static func show(_ text: String) { _ = put(text, STDERR_FILENO) }

    /// Closes standard output: some file systems tell only then that the disk is full.
    static func close() throws {
        if hasOutput, Foundation.close(STDOUT_FILENO) != 0 { throw failure(errno) }
    }

    private static func failure(_ code: Int32) -> any Error {
        switch code {
        case EPIPE: ExitCode(ExitStatus.outputFailed.rawValue)
        case EBADF: CommandFailure.output("standard output is closed; let it lead to a file, a pipe or /dev/null")
        default:
            CommandFailure.output(
                "writing to standard output failed: \(systemMessage(code)); make space there, or lead it elsewhere")
        }
    }

    /// The number of the error that kept some of the text from being taken.
    private static func put(_ text: String, _ descriptor: Int32) -> Int32? {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if written >= 0 {
                bytes = bytes.dropFirst(written)
            } else if errno == EAGAIN {
                // Another process that shares the stream asked it not to wait.
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&ready, 1, -1)
            } else if errno != EINTR {
                return errno
            }
        }
        return nil
    }
}

/// A progress bar on standard error, drawn only where somebody can see it.
struct ProgressBar {
    private let total: Int
    private let isVisible: Bool

    /// - Parameter isWanted: false for `--quiet`.
    init(total: Int, isWanted: Bool) {
        self.total = total
        isVisible = isWanted && total > 1 && isatty(STDERR_FILENO) == 1
    }

    /// Draws the state after `done` pictures.
    func show(done: Int, secondsPerPicture: Double) {
        guard isVisible else { return }
        let width = 30
        let filled = done * width / total
        let left = Int((Double(total - done) * secondsPerPicture).rounded())
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        Terminal.show("\r[\(bar)] \(done)/\(total), about \(left) s left \u{1B}[K")
    }

    /// Takes the bar away, so that a line can be printed.
    func hide() {
        guard isVisible else { return }
        Terminal.show("\r\u{1B}[K")
    }
}
