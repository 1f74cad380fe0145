import AnomalySegmentation
import ArgumentParser
import Foundation
import ImageCodecs
import Imaging
import PictureLists
import Synchronization
import Tensors
import TerminalText

/// Works through the pictures of one `segment` command.
///
/// Three pictures are in hand at a time: while the models compute on one, the next is decoded and the results of the
/// one before are encoded, written and reported. Computation keeps the calling thread and the threads of the
/// computation; the other two have a thread each, which is little work beside it.
struct SegmentRun: Sendable {
    let command: SegmentCommand
    let results: ResultOutput
    let segmenter: AnomalySegmenter
    /// All files that the result depends on.
    let files: [WeightFile]
    let log: Log

    /// A picture with what reading it cost.
    struct Reading: Sendable {
        let decoded: DecodedImage
        /// Of the memory, while this value is somewhere; nil for a picture that could not be read.
        let share: MemoryShare?
        let seconds: Double
    }

    /// What the models made of a picture, on its way to the disk.
    private struct Finding: Sendable {
        let reading: Reading
        let result: SegmentedPicture
        let weights: Pending<[WeightFileRecord]>
    }

    /// The pictures of a command, decoded one ahead.
    static func read(
        _ items: [PictureItem], _ command: SegmentCommand, _ memory: PictureMemory
    ) -> ReadAhead<PictureItem, Reading> {
        ReadAhead(items) { try reading($0, command, memory) }
    }

    /// Opens a picture, as soon as there is room for it.
    static func reading(_ item: PictureItem, _ command: SegmentCommand, _ memory: PictureMemory) throws -> Reading {
        let options = command.pictureOptions.readingOptions.options
        let clock = ContinuousClock()
        let begin = clock.now
        let (decoded, share) = try memory.decode(try item.contents(options), name: item.pathText, options: options)
        return Reading(decoded: decoded, share: share, seconds: (clock.now - begin) / .seconds(1))
    }

    /// A picture that fails is reported and the rest go on.
    ///
    /// - Throws: A ``CommandFailure`` when results cannot be written: every further picture would fail as well.
    func work(through pictures: ReadAhead<PictureItem, Reading>, count: Int) throws -> ExitStatus {
        let report = SegmentReport(total: count, isQuiet: command.quiet, log: log)
        let writer = WriteBehind()
        var weights: Pending<[WeightFileRecord]>?
        var done = 0
        for (item, picture) in pictures {
            if let status = StopRequest.status {
                try writer.finish()
                log.warning("stopped after \(done) of \(count) pictures")
                return status
            }
            let finding = Result {
                StopRequest.takeInHand()
                defer { StopRequest.letGo() }
                let reading = try picture.get()
                let digests = weights ?? WeightFileRecord.pending(of: files, cache: command.anomalyOptions.cache)
                weights = digests
                let result = try SegmentedPicture(
                    reading.decoded.image, object: command.object, by: segmenter, tiling: command.tiling.tiling)
                return Finding(reading: reading, result: result, weights: digests)
            }
            try writer.submit {
                report.warn(item, (try? picture.get())?.decoded.warnings ?? [])
                do {
                    try report.succeeded(try write(item, try finding.get()))
                } catch let failure as CommandFailure {
                    report.hide()
                    throw failure
                } catch let ended as ExitCode {
                    throw ended
                } catch {
                    try report.failed(item, "\(error)", asJSON: command.json)
                }
            }
            done += 1
        }
        try writer.finish()
        return report.status()
    }

    /// Returns the line for standard output.
    private func write(_ item: PictureItem, _ finding: Finding) throws -> String {
        let (decoded, result) = (finding.reading.decoded, finding.result)
        let record = command.record(
            of: item, decoded, result, decodingSeconds: finding.reading.seconds,
            configuration: segmenter.configuration, weights: try finding.weights.get())
        let timings = TimingsRecord(decoding: finding.reading.seconds, result.timings)
        try results.write(item.id) { folder in try command.files(of: decoded, result, record).write(to: folder) }
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
