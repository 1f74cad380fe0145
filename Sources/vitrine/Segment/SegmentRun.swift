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
struct SegmentRun: Sendable {
    let command: SegmentCommand
    let job: PictureJob
    let folder: RunFolder
    let segmenter: AnomalySegmenter
    /// All files that the result depends on.
    let files: [WeightFile]
    let log: Log

    /// A picture with what reading it cost.
    struct Reading: RunReading {
        /// Of its file; nil where that could not be read.
        let input: ContentStamp?
        /// With its share of the memory, while this value is somewhere.
        let decoded: Result<(picture: DecodedImage, share: MemoryShare?), any Error>
        let seconds: Double

        var warnings: [DecodingWarning] { (try? decoded.get())?.picture.warnings ?? [] }
    }

    /// What the models made of a picture.
    private struct Finding: Sendable {
        let decoded: DecodedImage
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
    func work(
        through pictures: ReadAhead<PictureItem, Reading>, _ remaining: RemainingPictures<PictureItem>
    ) throws -> ExitStatus {
        let loop = RunLoop(
            folder: folder, progress: RunProgress(remaining, command.batch, isQuiet: command.quiet), log: log,
            printsFailures: command.json,
            weights: WeightFileRecord.pending(of: files, cache: command.anomalyOptions.cache),
            description: description)
        return try loop.work(through: pictures, count: remaining.items.count) { _, reading in
            let decoded = try reading.decoded.get().picture
            let result = try StopRequest.computing {
                try SegmentedPicture(
                    decoded.image, object: command.object, by: segmenter, tiling: command.tiling.tiling)
            }
            return Finding(decoded: decoded, result: result)
        } write: { item, found, weights in
            try write(item, found.finding, found.reading, weights)
        }
    }

    /// What all results have in common.
    @Sendable
    private func description(_ weights: [WeightFileRecord]) throws -> RunDescription {
        let settings = SegmentSettings(
            object: command.object, configuration: segmenter.configuration,
            applyOrientation: command.pictureOptions.readingOptions.applyOrientation,
            lenientImages: command.pictureOptions.readingOptions.lenientImages,
            reproducible: command.reproducible, showPoints: command.showPoints, tiling: command.tiling.tiling,
            keep: command.resultOptions.keep.map(\.rawValue).sorted())
        return try RunDescription(
            RunRecord(
                layout: .segment, settings: settings, weights: weights, manifest: job.manifest, shard: job.shard,
                exports: command.exports.record))
    }

    /// Returns the line for standard output.
    private func write(
        _ item: PictureItem, _ finding: Finding, _ reading: Reading, _ weights: [WeightFileRecord]
    ) throws -> String {
        let (decoded, result) = (finding.decoded, finding.result)
        let record = command.record(
            of: item, decoded, result, decodingSeconds: reading.seconds,
            configuration: segmenter.configuration, weights: weights)
        let timings = TimingsRecord(decoding: reading.seconds, result.timings)
        let line = try record.line.json(pretty: false)
        try folder.write(item.id, input: reading.input, record: line) { folder in
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
