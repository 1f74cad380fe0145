import ArgumentParser
import ImageCodecs
import PictureLists

/// Works through pictures one after the other; the next is read while the caller computes on one. A picture that fails is
/// told and the rest go on.
struct PictureLoop {
    private(set) var failures: [PictureFailure] = []
    private let total: Int
    /// Whether each failure is a line of JSON on standard output, too.
    private let printsRecords: Bool
    /// The rest of a sentence: what becomes of the work when the command is stopped.
    private let whenStopped: String
    private let bar: ProgressBar
    private let start = ContinuousClock.now
    private var done = 0

    init(total: Int, whenStopped: String, printsRecords: Bool = false, showsBar: Bool = false) {
        self.total = total
        self.whenStopped = whenStopped
        self.printsRecords = printsRecords
        bar = ProgressBar(total: total, isWanted: showsBar)
        if total > 0 { rememberProgress() }
    }

    /// Keeps how far the work is, to be told when a request ends it.
    private func rememberProgress() {
        StopRequest.remember("stopped after \(done) of \(total) pictures; \(whenStopped)")
    }

    /// - Parameters:
    ///   - readings: the pictures as they come.
    ///   - picture: the picture of one of them.
    ///   - body: what is done with one. A ``CommandFailure`` and an `ExitCode` end the command; any other error is this
    ///     picture's failure.
    mutating func work<Item, Reading: PictureReading>(
        through readings: ReadAhead<Item, Reading>, _ picture: KeyPath<Item, PictureItem>,
        _ body: (Item, Reading) throws -> Void
    ) throws {
        defer { bar.hide() }
        for (item, reading) in readings {
            rememberProgress()
            try StopRequest.check()
            do {
                let reading = try reading.get()
                if !reading.warnings.isEmpty { bar.hide() }
                item[keyPath: picture].tell(reading.warnings)
                try body(item, reading)
            } catch let error where error is CommandFailure || error is ExitCode {
                throw error
            } catch {
                try note(PictureFailure(item[keyPath: picture], error))
            }
            done += 1
            bar.show(done: done, secondsPerPicture: (ContinuousClock.now - start) / .seconds(1) / Double(done))
        }
    }

    private mutating func note(_ failure: PictureFailure) throws {
        failures.append(failure)
        bar.hide()
        Terminal.complain(failure.error)
        if printsRecords {
            try Terminal.write(FailureRecord(picture: failure.picture, error: failure.error).json(pretty: false))
        }
    }

    /// Ends the command with 3 where pictures failed.
    func end() throws {
        if failures.isEmpty { return }
        Terminal.complain("\(failures.count) of \(total) pictures failed")
        throw ExitCode(ExitStatus.someFailed.rawValue)
    }
}

/// What was read of a picture.
protocol PictureReading: Sendable {
    var warnings: [DecodingWarning] { get }
}

extension DecodedImage: PictureReading {}

/// A picture that could not be worked on, in the records of commands with one record for all pictures.
struct PictureFailure: Codable {
    var picture: PictureRecord
    /// One sentence that names the picture's file, or the file beside it that is at fault.
    var error: String

    init(_ item: PictureItem, _ error: any Error) {
        picture = PictureRecord(item)
        self.error = (error as? TruthError)?.description ?? naming(item.pathText, in: "\(error)\(flagHint(for: error))")
    }
}

extension PictureItem {
    /// Tells on standard error what was changed, ignored or found odd while the picture was read.
    func tell(_ warnings: [DecodingWarning]) {
        for warning in warnings { Terminal.complain("warning: \(pathText): \(warning)") }
    }
}
