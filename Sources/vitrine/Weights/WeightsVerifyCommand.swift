import ArgumentParser
import CLIP
import Checkpoints
import NeuralNetwork
import SegmentAnything
import TerminalText
import WeightIdentity

/// Whether every byte of a file of weights is what it should be.
struct WeightsVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Reads weights whole: checksums, digests of published files, numbers that are none, and the fit.",
        discussion: "Ends with 0 when the weights can be used, with 4 when they cannot.")

    @OptionGroup var source: WeightsArgument

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let checkpoint = try source.open()
        let record = try verify(checkpoint)
        if json {
            try Terminal.write(record.json())
        } else {
            for line in lines(record) { try Terminal.write(printable(line)) }
        }
        if !record.problems.isEmpty {
            throw CommandFailure.badInput("\(checkpoint.path): \(record.problems.joined(separator: "; "))")
        }
        if !json { try Terminal.write("The weights are sound.") }
    }

    private func verify(_ checkpoint: Checkpoint) throws -> WeightsVerifyRecord {
        let list = try PublishedWeights.list()
        let found = try checkpoint.verify { (_) throws(ExitCode) in try StopRequest.check() }
        var record = WeightsVerifyRecord(
            path: checkpoint.path, family: WeightFamily(of: checkpoint).description,
            files: try checkpoint.files.map { try WeightFileRecord($0, published: list) },
            tensorsRead: found.tensors.count, checksumsCompared: found.records.count,
            recordsWithoutChecksum: found.recordsWithoutChecksum,
            notFinite: found.nonFinite.map(NonFiniteRecord.init),
            problems: found.problems.map(\.description))
        let name = source.weights
        if let digest = list.model(name)?.files.first?.sha256, record.files.first?.sha256 != digest {
            record.problems.insert(
                "the file is not the published \(name); remove it and run: Tools/fetch-weights \(name)", at: 0)
        }
        do {
            record.fits = try fit(checkpoint)
            // A model refuses what it reads itself. Here it is not known what will be read.
            if record.fits == nil { record.problems += record.notFinite.map(\.description) }
        } catch {
            record.fits = false
            record.problems.append("\(error)")
        }
        return record
    }

    private func lines(_ record: WeightsVerifyRecord) -> [String] {
        var lines = record.files.map { file in
            let published = file.published.map { "published as \($0)" } ?? "not a published file"
            return "\(file.path ?? file.file): SHA-256 \(file.sha256 ?? ""), \(published)"
        }
        lines.append("\(record.tensorsRead) tensors read, \(record.checksumsCompared) checksums compared")
        if record.recordsWithoutChecksum > 0 {
            lines.append("\(record.recordsWithoutChecksum) records carry no checksum: nothing can be said of them")
        }
        lines += record.notFinite.prefix(5).map { "warning: \($0)" }
        if record.notFinite.count > 5 { lines.append("warning: and \(record.notFinite.count - 5) more such tensors") }
        switch record.fits {
        case true?: lines.append("\(record.family): every tensor that the model needs is there")
        case nil: lines.append("\(record.family): no model of their own")
        case false?: break
        }
        return lines
    }

    /// Builds the model that the weights are for, which asks for every tensor by name and shape.
    ///
    /// - Returns: true, or nil where the weights are for no model of their own.
    private func fit(_ checkpoint: Checkpoint) throws -> Bool? {
        switch WeightFamily(of: checkpoint) {
        case .segmentAnything, .mobileSAM:
            _ = try SAMModel(configuration: .detect(from: checkpoint), weights: checkpoint)
        case .aprilGANAdapters, .anomalyCLIPPrompts: return nil
        default: try CLIPModel.checkFit(of: checkpoint, configuration: try CLIPConfiguration.detect(from: checkpoint))
        }
        return true
    }
}
