import ArgumentParser
import CLIP
import Checkpoints
import NeuralNetwork
import SegmentAnything
import WeightIdentity

/// Whether every byte of a file of weights is what it should be.
struct WeightsVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Reads weights whole: checksums, digests of published files, numbers that are none, and the fit.",
        discussion: "Ends with 0 when the weights can be used, with 4 when they cannot.")

    @Argument(help: "A file or folder of weights, an index of shards, or the name of fetched weights.")
    var weights: String

    func run() throws {
        let path = try WeightSearch.path(weights)
        let checkpoint = try reading(path) { try Checkpoint.open(path) }
        let published = try PublishedWeights.list()
        var problems: [String] = []
        var digests: [String] = []
        for file in checkpoint.files {
            let digest = try reading(file.path) { try file.sha256() }
            digests.append(digest)
            let name = published.file(sha256: digest).map { "published as \($0.model.name)" } ?? "not a published file"
            show("\(file.path): SHA-256 \(digest), \(name)")
        }
        if let model = published.model(weights), let file = model.files.first, let digest = file.sha256,
            digests.first != digest
        {
            problems.append(
                "the file is not the published \(weights); remove it and run: Tools/fetch-weights \(weights)")
        }
        let found = checkpoint.verify()
        problems += found.problems.map(\.description)
        show("\(found.tensors.count) tensors read, \(found.records.count) checksums compared")
        if found.recordsWithoutChecksum > 0 {
            show("\(found.recordsWithoutChecksum) records carry no checksum: nothing can be said of them")
        }
        for item in found.nonFinite.prefix(5) {
            show("warning: \(item.name) holds \(item.nonFiniteCount) numbers that are infinite or none")
        }
        if found.nonFinite.count > 5 { show("warning: and \(found.nonFinite.count - 5) more such tensors") }
        do { show(try fit(checkpoint)) } catch { problems.append("\(error)") }
        guard problems.isEmpty else { throw CommandFailure.badInput(problems.joined(separator: "; ")) }
        show("The weights are sound.")
    }

    /// Builds the model that the weights are for, which asks for every tensor by name and shape.
    private func fit(_ checkpoint: Checkpoint) throws -> String {
        let family = WeightFamily(of: checkpoint)
        switch family {
        case .segmentAnything, .mobileSAM:
            _ = try SAMModel(configuration: .detect(from: checkpoint), weights: checkpoint)
        case .aprilGANAdapters, .anomalyCLIPPrompts:
            return "\(family): no model of their own"
        default:
            let configuration = try CLIPConfiguration.detect(from: checkpoint)
            try CLIPModel.checkFit(of: checkpoint, configuration: configuration)
        }
        return "\(family): every tensor that the model needs is there"
    }

    private func show(_ line: String) { Terminal.write(Terminal.escaped(line), to: .standardOutput) }
}
