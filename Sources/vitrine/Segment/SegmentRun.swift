import AnomalySegmentation
import Foundation
import ImageCodecs
import Imaging
import SegmentAnything
import Tensors

/// Works through the pictures of one `segment` command.
struct SegmentRun {
    let command: SegmentCommand
    let output: String
    let segmenter: AnomalySegmenter
    /// All files that the result depends on.
    let files: [WeightFile]
    /// Their digests, once they are known.
    private var weights: [WeightRecord]?
    let log: Log

    init(command: SegmentCommand, output: String, segmenter: AnomalySegmenter, files: [WeightFile], log: Log) {
        self.command = command
        self.output = output
        self.segmenter = segmenter
        self.files = files
        self.log = log
    }

    /// A picture that fails is reported and the rest go on.
    ///
    /// - Throws: A ``CommandFailure`` when results cannot be written: every further picture would fail as well.
    mutating func work(through items: [PictureItem]) throws -> ExitStatus {
        let start = ContinuousClock.now
        let bar = ProgressBar(total: items.count, isWanted: !command.quiet)
        var failures = 0
        for (index, item) in items.enumerated() {
            if let status = StopRequest.status {
                bar.hide()
                log.warning("stopped after \(index) of \(items.count) pictures")
                return status
            }
            do {
                let line = try segment(item)
                bar.hide()
                if !Terminal.write(line, to: .standardOutput) { return .outputFailed }
            } catch let failure as CommandFailure {
                bar.hide()
                throw failure
            } catch {
                failures += 1
                bar.hide()
                let sentence = "\(error)"
                Terminal.complain(sentence.contains(item.path) ? sentence : "\(item.path): \(sentence)")
                if command.json, !Terminal.write(try failureLine(item, sentence), to: .standardOutput) {
                    return .outputFailed
                }
            }
            let elapsed = ContinuousClock.now - start
            bar.show(done: index + 1, secondsPerPicture: elapsed / .seconds(1) / Double(index + 1))
        }
        bar.hide()
        if failures > 0 { log.error("\(failures) of \(items.count) pictures failed") }
        return failures > 0 ? .someFailed : .success
    }

    private mutating func digests() throws -> [WeightRecord] {
        let known = try weights ?? WeightRecord.records(of: files)
        weights = known
        return known
    }

    /// Returns the line for standard output.
    private mutating func segment(_ item: PictureItem) throws -> String {
        var options = DecodingOptions()
        options.appliesOrientation = command.applyOrientation
        options.isLenient = command.lenientImages
        let clock = ContinuousClock()
        let begin = clock.now
        let decoded = try ImageFile.decode(item.path, options: options)
        let decoding = clock.now - begin
        for warning in decoded.warnings { log.warning("\(item.path): \(warning.description)") }

        let result = try segmenter.segment(decoded.image, object: command.object)
        var record = ResultRecord(
            item: item, object: command.object, result: result, configuration: segmenter.configuration,
            notes: [decoded.sourceDescription] + decoded.warnings.map(\.description), weights: try digests())
        var seconds = result.timings.byStage
        seconds["decoding"] = decoding / .seconds(1)
        if !command.reproducible {
            record.timingsSeconds = seconds
            record.threads = ComputeThreads.count
        }
        try ResultFolder(output: output, name: item.name).replace { folder in
            try ResultFiles(image: decoded.image, result: result, record: record, showsPoints: command.showPoints)
                .write(
                    to: folder)
        }
        if command.json { return String(decoding: try record.json(pretty: false), as: UTF8.self) }
        return summary(item, result, seconds)
    }

    private func summary(_ item: PictureItem, _ result: AnomalyResult, _ seconds: [String: Double]) -> String {
        let standing = result.cascades.count { !$0.mask.isEmpty && $0.supersededBy == nil }
        let share = 100 * Double(result.mask.area) / Double(max(result.mask.size.pixelCount, 1))
        var line = "\(Terminal.escaped(item.name)): score \(fixed(Double(result.score), 3)), "
        line += "\(standing) \(standing == 1 ? "region" : "regions"), \(fixed(share, 2)) % of the picture"
        if command.timings {
            let parts = seconds.sorted { $0.key < $1.key }.map { "\($0.key) \(fixed($0.value, 3))" }
            line += " [s: \(parts.joined(separator: ", "))]"
        }
        return line
    }

    private func failureLine(_ item: PictureItem, _ message: String) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(["picture": item.name, "error": message]), as: UTF8.self)
    }
}

/// A number with a fixed count of decimals, whatever the locale.
func fixed(_ value: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", value) }

extension StageTimings {
    /// Seconds by the name of the stage.
    var byStage: [String: Double] {
        ["text": text, "map": map, "embedding": embedding, "points": points, "cascade": cascade, "fusion": fusion]
    }
}

/// The six files of one picture.
struct ResultFiles {
    let image: Image
    let result: AnomalyResult
    let record: ResultRecord
    /// Whether the overlay marks the point prompts.
    let showsPoints: Bool

    func write(to folder: String) throws {
        let overlay = HeatmapOverlay()
        let markers = zip(result.prompts.groups, result.cascades).flatMap { group, cascade in
            cascade.supersededBy == nil
                ? group.points.map { HeatmapOverlay.Marker($0.position, $0.label == .positive ? .positive : .negative) }
                : []
        }
        let picture = overlay.draw(
            image: image, map: result.fusedMap, mask: result.mask, markers: showsPoints ? markers : [])
        try PNGWriter.write(picture, to: folder + "/overlay.png")
        try PNGWriter.write(overlay.heat(image: image, map: result.fusedMap), to: folder + "/heatmap.png")
        try PNGWriter.write(result.mask, to: folder + "/mask.png")
        try PNGWriter.write(result.fusedMap, to: folder + "/map.png", text: ["Title": "anomaly map, 0 to 1"])
        try NPYWriter.write(result.fusedMap, to: folder + "/map.npy")
        try AtomicFile.write(try record.json(pretty: true), to: folder + "/result.json")
    }
}
