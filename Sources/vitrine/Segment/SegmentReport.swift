import ArgumentParser
import Foundation
import ImageCodecs
import PictureLists
import Synchronization

/// What a `segment` command tells while it runs: lines, complaints and the bar, one thread at a time.
final class SegmentReport: Sendable {
    private struct Counts {
        var done = 0
        var failures = 0
    }

    private let total: Int
    private let log: Log
    private let bar: ProgressBar
    private let start = ContinuousClock.now
    private let counts = Mutex(Counts())

    init(total: Int, isQuiet: Bool, log: Log) {
        self.total = total
        self.log = log
        bar = ProgressBar(total: total, isWanted: !isQuiet)
    }

    func hide() { bar.hide() }

    func warn(_ item: PictureItem, _ warnings: [DecodingWarning]) {
        if warnings.isEmpty { return }
        bar.hide()
        for warning in warnings { log.warning("\(item.pathText): \(warning.description)") }
    }

    /// - Throws: `ExitCode` when the reader of standard output has gone away.
    func succeeded(_ line: String) throws {
        bar.hide()
        try write(line)
        advance(failures: 0)
    }

    /// - Throws: `ExitCode` when the reader of standard output has gone away.
    func failed(_ item: PictureItem, _ sentence: String, asJSON: Bool) throws {
        bar.hide()
        Terminal.complain(naming(item.pathText, in: sentence))
        if asJSON {
            try write(try FailureRecord(picture: PictureRecord(item), error: sentence).json(pretty: false))
        }
        advance(failures: 1)
    }

    /// How the command ends when it was not stopped.
    func status() -> ExitStatus {
        bar.hide()
        let failures = counts.withLock { $0.failures }
        if failures > 0 { log.error("\(failures) of \(total) pictures failed") }
        return failures > 0 ? .someFailed : .success
    }

    private func write(_ line: String) throws {
        try Terminal.write(line)
    }

    private func advance(failures: Int) {
        let done = counts.withLock { counts in
            counts.done += 1
            counts.failures += failures
            return counts.done
        }
        let elapsed = ContinuousClock.now - start
        bar.show(done: done, secondsPerPicture: elapsed / .seconds(1) / Double(done))
    }
}
