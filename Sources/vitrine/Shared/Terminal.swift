import Foundation
import TerminalText

/// The three streams of the command: records and summaries go to standard output, everything else to standard error.
enum Terminal {
    enum Stream { case standardOutput, standardError }

    /// Writes a line. Returns false when the reader has gone away.
    @discardableResult
    static func write(_ line: String, to stream: Stream) -> Bool {
        let descriptor: Int32 = stream == .standardOutput ? 1 : 2
        var bytes = Array((line + "\n").utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                return false
            }
            bytes = bytes.dropFirst(written)
        }
        return true
    }

    /// One line of complaint, always with the program's name in front.
    static func complain(_ message: String) {
        write("vitrine: \(printable(message))", to: .standardError)
    }
}

/// A progress bar on standard error, drawn only where somebody can see it.
struct ProgressBar {
    private let total: Int
    private let isVisible: Bool

    /// - Parameter isWanted: false for `--quiet`.
    init(total: Int, isWanted: Bool) {
        self.total = total
        isVisible = isWanted && total > 1 && isatty(2) == 1
    }

    /// Draws the state after `done` pictures.
    func show(done: Int, secondsPerPicture: Double) {
        guard isVisible else { return }
        let width = 30
        let filled = done * width / total
        let left = Int((Double(total - done) * secondsPerPicture).rounded())
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        FileHandle.standardError.write(Data("\r[\(bar)] \(done)/\(total), about \(left) s left \u{1B}[K".utf8))
    }

    /// Takes the bar away, so that a line can be printed.
    func hide() {
        guard isVisible else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }
}
