import ArgumentParser
import Foundation
import PictureLists
import RunJournals

/// Works through the pictures of a command that keeps a result of each in its output folder.
///
/// Three pictures are in hand at a time: while the models compute on one, the next is decoded and the results of the
/// one before are encoded, written and reported. Computation keeps the calling thread and the threads of the
/// computation; the other two have a thread each, which is little work beside it.
struct RunLoop: Sendable {
    let folder: RunFolder
    let progress: RunProgress
    let log: Log
    /// Whether each failure is a line of JSON on standard output, too.
    var printsFailures = false
    /// Of all files that the results depend on.
    let weights: Pending<[WeightFileRecord]>
    /// What all results have in common.
    let description: @Sendable ([WeightFileRecord]) throws -> RunDescription

    /// What the models made of a picture, on its way to the disk.
    struct Found<Reading: Sendable, Finding: Sendable>: Sendable {
        let reading: Reading
        let finding: Finding
    }

    /// A picture that fails is reported and the rest go on.
    ///
    /// - Parameters:
    ///   - pictures: those that are left to do, as they come.
    ///   - count: how many they are.
    ///   - compute: what the models make of a picture; a request to stop ends it with its `ExitCode`.
    ///   - write: writes it, and returns the line for standard output, if there is one.
    /// - Throws: A ``CommandFailure`` when results cannot be written: every further picture would fail as well.
    func work<Item: RunItem, Reading: RunReading, Finding: Sendable>(
        through pictures: ReadAhead<Item, Reading>, count: Int,
        compute: (Item, Reading) throws -> Finding,
        write: @escaping @Sendable (Item, Found<Reading, Finding>, [WeightFileRecord]) throws -> String?
    ) throws -> ExitStatus {
        let report = RunReport(progress, log: log)
        // What an earlier run left is compared before anything is computed. Otherwise there is nothing to wait for.
        if folder.isResumed { try folder.begin(try description(try weights.get(untilStopped: true))) }
        try progress.begin()
        let writer = WriteBehind()
        var done = 0
        for (item, picture) in pictures {
            StopRequest.remember("stopped after \(done) of \(count) pictures; the same command goes on")
            let found: Result<Found<Reading, Finding>, any Error>
            do {
                try StopRequest.check()
                let reading = try picture.get()
                found = .success(Found(reading: reading, finding: try compute(item, reading)))
            } catch let stopped as ExitCode {
                try writer.finish()
                report.hide()
                throw stopped
            } catch {
                found = .failure(error)
            }
            try writer.submit {
                let reading = try? picture.get()
                report.warn(item.picture, reading?.warnings ?? [])
                let weights = try weights.get()
                try folder.begin(try description(weights))
                do {
                    try report.succeeded(try write(item, try found.get(), weights))
                } catch let failure as CommandFailure {
                    report.hide()
                    throw failure
                } catch let ended as ExitCode {
                    throw ended
                } catch {
                    let failure = PictureFailure(item.picture, error)
                    let record = try FailureRecord(picture: failure.picture, error: failure.error).json(pretty: false)
                    try folder.fail(item.picture.id, input: reading?.input, record: record)
                    try report.failed(failure, json: printsFailures ? record : nil)
                }
            }
            done += 1
        }
        try writer.finish()
        report.hide()
        let outcome = try folder.finish(try description(try weights.get()))
        if outcome.failed > 0 { log.error("\(outcome.failed) of \(outcome.done + outcome.failed) pictures failed") }
        return outcome.failed > 0 ? .someFailed : .success
    }
}
