import AnomalySegmentation
import ArgumentParser
import Foundation
import ImageCodecs
import Imaging
import PictureLists
import RunJournals
import Synchronization
import SystemPackage
import Tensors
import TerminalText

/// Works through the pictures of one `segment` command.
///
/// Three pictures are in hand at a time: while the models compute on one, the next is decoded and the results of the
/// one before are encoded, written and reported. Computation keeps the calling thread and the threads of the
/// computation; the other two have a thread each, which is little work beside it.
struct SegmentRun: Sendable {
    let command: SegmentCommand
    let job: PictureJob
    let folder: RunFolder
    let segmenter: AnomalySegmenter
    /// All files that the result depends on.
    let files: [WeightFile]
    let log: Log

    /// A picture with what reading it cost.
    struct Reading: Sendable {
        /// Of its file; nil where that could not be read.
        let input: ContentStamp?
        /// With its share of the memory, while this value is somewhere.
        let decoded: Result<(picture: DecodedImage, share: MemoryShare?), any Error>
        let seconds: Double
    }

    /// What the models made of a picture, on its way to the disk.
    private struct Finding: Sendable {
        let decoded: DecodedImage
        let reading: Reading
        let result: SegmentedPicture
    }

    /// The pictures of a command, decoded one ahead.
    static func read(
        _ items: [PictureItem], _ command: SegmentCommand, _ memory: PictureMemory
    ) -> ReadAhead<PictureItem, Reading> {
        ReadAhead(items) { reading($0, command, memory) }
    }

    /// Opens a picture, as soon as there is room for it.
    static func reading(_ item: PictureItem, _ command: SegmentCommand, _ memory: PictureMemory) -> Reading {
        let options = command.pictureOptions.readingOptions.options
        let clock = ContinuousClock()
        let begin = clock.now
        let facts = item.path.withPlatformString { ContentStamp.facts(ofFile: $0) }
        let bytes = Result { try item.contents(options) }
        let input = facts.flatMap { facts in (try? bytes.get()).map { ContentStamp(facts: facts, bytes: $0) } }
        let decoded = bytes.flatMap { bytes in
            Result { try memory.decode(bytes, name: item.pathText, options: options) }
        }
        return Reading(input: input, decoded: decoded, seconds: (clock.now - begin) / .seconds(1))
    }

    /// A picture that fails is reported and the rest go on.
    ///
    /// - Throws: A ``CommandFailure`` when results cannot be written: every further picture would fail as well.
    func work(through pictures: ReadAhead<PictureItem, Reading>, _ remaining: RemainingPictures) throws -> ExitStatus {
        let progress = RunProgress(remaining, command.batch, isQuiet: command.quiet)
        let report = SegmentReport(progress, log: log)
        let weights = WeightFileRecord.pending(of: files, cache: command.anomalyOptions.cache)
        // What an earlier run left is compared before anything is computed. Otherwise there is nothing to wait for.
        if folder.isResumed { try folder.begin(try description(try weights.get(untilStopped: true))) }
        try progress.begin()
        let writer = WriteBehind()
        var done = 0
        for (item, picture) in pictures {
            StopRequest.remember(
                "stopped after \(done) of \(remaining.items.count) pictures; the same command goes on")
            let finding: Result<Finding, any Error>
            do {
                try StopRequest.check()
                finding = .success(try found(picture))
            } catch let stopped as ExitCode {
                try writer.finish()
                report.hide()
                throw stopped
            } catch {
                finding = .failure(error)
            }
            try writer.submit {
                let reading = try? picture.get()
                report.warn(item, (try? reading?.decoded.get())?.picture.warnings ?? [])
                let weights = try weights.get()
                try folder.begin(try description(weights))
                do {
                    try report.succeeded(try write(item, try finding.get(), weights))
                } catch let failure as CommandFailure {
                    report.hide()
                    throw failure
                } catch let ended as ExitCode {
                    throw ended
                } catch {
                    let failure = PictureFailure(item, error)
                    let record = try FailureRecord(picture: failure.picture, error: failure.error).json(pretty: false)
                    try folder.fail(item.id, input: reading?.input, record: record)
                    try report.failed(item, failure.error, json: command.json ? record : nil)
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

    /// What the models find in a picture.
    private func found(_ picture: Result<Reading, any Error>) throws -> Finding {
        let reading = try picture.get()
        let decoded = try reading.decoded.get().picture
        let result = try StopRequest.computing {
            try SegmentedPicture(
                decoded.image, object: command.object, by: segmenter, tiling: command.tiling.tiling)
        }
        return Finding(decoded: decoded, reading: reading, result: result)
    }

    /// What all results have in common.
    private func description(_ weights: [WeightFileRecord]) throws -> RunDescription {
        let settings = SegmentSettings(
            object: command.object, configuration: segmenter.configuration,
            applyOrientation: command.pictureOptions.readingOptions.applyOrientation,
            lenientImages: command.pictureOptions.readingOptions.lenientImages,
            reproducible: command.reproducible, showPoints: command.showPoints, tiling: command.tiling.tiling,
            keep: command.resultOptions.keep.map(\.rawValue).sorted())
        return try RunDescription(
            RunRecord(
                command: "segment", settings: settings, weights: weights, job: job, exports: command.exports.record))
    }

    /// Returns the line for standard output.
    private func write(_ item: PictureItem, _ finding: Finding, _ weights: [WeightFileRecord]) throws -> String {
        let (decoded, result) = (finding.decoded, finding.result)
        let record = command.record(
            of: item, decoded, result, decodingSeconds: finding.reading.seconds,
            configuration: segmenter.configuration, weights: weights)
        let timings = TimingsRecord(decoding: finding.reading.seconds, result.timings)
        let line = try record.line.json(pretty: false)
        try folder.write(item.id, input: finding.reading.input, record: line) { folder in
            try command.files(of: decoded, result, record).write(to: folder)
        }
        return command.json ? try record.json(pretty: false) : summary(item, result, timings)
    }

    private func summary(_ item: PictureItem, _ result: SegmentedPicture, _ timings: TimingsRecord) -> String {
        let standing = result.regionCount
        let share = 100 * Double(result.mask.area) / Double(max(result.mask.size.pixelCount, 1))
        var line = "\(printable(item.id)): score \(fixed(Double(result.score), 3)), "
        line += "\(standing) \(standing == 1 ? "region" : "regions"), \(fixed(share, 2)) % of the picture"
        if command.timings {
            let parts = timings.stages.map { "\($0.name) \(fixed($0.seconds, 3))" }
            line += " [s: \(parts.joined(separator: ", "))]"
        }
        return line
    }
}

/// A number with a fixed count of decimals, whatever the locale.
func fixed(_ value: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", value) }
