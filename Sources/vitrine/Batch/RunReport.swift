import ArgumentParser
import Foundation
import ImageCodecs
import PictureLists

/// What a run tells while it goes on: lines, complaints and progress, one thread at a time.
final class RunReport: Sendable {
    private let progress: RunProgress
    private let log: Log

    init(_ progress: RunProgress, log: Log) {
        self.progress = progress
        self.log = log
    }

    func hide() { progress.hide() }

    func warn(_ item: PictureItem, _ warnings: [DecodingWarning]) {
        if warnings.isEmpty { return }
        progress.hide()
        for warning in warnings { log.warning("\(item.pathText): \(warning.description)") }
    }

    /// - Parameter line: for standard output, if there is one.
    /// - Throws: `ExitCode` when the reader of standard output has gone away.
    func succeeded(_ line: String?) throws {
        if let line {
            progress.hide()
            try Terminal.write(line)
        }
        try progress.advance(hasFailed: false)
    }

    /// - Parameter json: its record, where records are printed.
    /// - Throws: `ExitCode` when the reader of standard output has gone away.
    func failed(_ failure: PictureFailure, json: String?) throws {
        progress.hide()
        Terminal.complain(failure.error)
        if let json { try Terminal.write(json) }
        try progress.advance(hasFailed: true)
    }
}
