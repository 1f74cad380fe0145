import ArgumentParser
import CLIP
import Checkpoints
import Foundation
import JSONText
import SystemPackage
import Tensors
import TerminalText
import WeightIdentity

/// Weights of any container as one safetensors file.
struct WeightsConvertCommand: ParsableCommand {
    enum Precision: String, ExpressibleByArgument, CaseIterable {
        case fp32, fp16, bf16, int8
    }

    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Writes weights as one safetensors file.",
        discussion: """
            With --type bf16 the weights of transformer blocks become bfloat16, with --type int8 8-bit integers with \
            a scale for each row, in a tensor whose name ends in _scale. Other numbers stay as they are, in 16 bits or \
            fp32. --precision bf16 or int8 computes with such a file exactly as with its source. What is rounded stays \
            rounded: keep the source.

            Names and shapes stay; texts that came with the weights travel in the file's metadata. The file appears \
            whole or not at all, and memory stays at what the largest tensor takes.
            """)

    @OptionGroup var source: WeightsArgument

    @Argument(help: "The .safetensors file to write.")
    var output: String

    @Option(
        help: """
            How the numbers are stored: fp32; fp16 at half the size; for --precision bf16, bf16 at about half; for \
            --precision int8, int8 at about a third.
            """)
    var type = Precision.fp32

    @Flag(help: "Replace the output when it exists.")
    var overwrite = false

    func validate() throws {
        guard output.lowercased().hasSuffix(".safetensors") else {
            throw ValidationError("the output must end in .safetensors, not be \(output)")
        }
    }

    func run() throws {
        let checkpoint = try source.open()
        // Converted weights are nobody's results: they are replaced only when that is asked for.
        let file = try OutputFile(output, overwrites: overwrite) { _ in false }
        if checkpoint.files.contains(where: { file.isSame(as: FilePath($0.path)) }) {
            throw CommandFailure.usage("\(output) is the file that is read; name another output")
        }
        try file.write { output in
            do {
                try SafetensorsWriter.write(
                    checkpoint, metadata: try metadata(of: checkpoint), to: output,
                    precision: { precision(of: $0, in: checkpoint) }
                ) { _ in try StopRequest.check() }
            } catch let error as CheckpointError {
                if case .cannotWrite = error { throw error }
                throw CommandFailure.badInput("\(error)")
            }
        }
        let written = try reading(output) { try Checkpoint.open(output) }
        try Terminal.write(
            "\(printable(output)): \(written.names.count) tensors, \(written.byteCount) bytes")
    }

    /// How a tensor is written.
    private func precision(of name: String, in checkpoint: Checkpoint) -> SafetensorsWriter.Precision {
        let stored = checkpoint.elementType(of: name)
        switch type {
        case .fp32: return .float32
        case .fp16: return Self.isReal(stored) ? .float16 : .float32
        case .bf16, .int8:
            let isMatrix = checkpoint.shape(of: name)?.rank == 2
            if isMatrix, type == .bf16 ? BlockWeights.contains(name) : BlockWeights.areBytes(name) {
                return type == .int8 ? .int8 : .brain16
            }
            // What is in bytes already has a scale for each row, and nothing is lost.
            if isMatrix, stored == .signed8 { return .int8 }
            return stored == .brain16 ? .brain16 : stored == .float16 ? .float16 : .float32
        }
    }

    /// The texts that came with the weights, and for a CLIP what was decided about it, so that it survives the container
    /// that told. A guess is not written down: it would look like a fact.
    private func metadata(of checkpoint: Checkpoint) throws -> [String: String] {
        var texts = checkpoint.metadata
        guard texts["vitrine.model"] == nil, let detected = try? DetectedCLIP(checkpoint),
            !detected.decisions.contains(where: \.isGuess)
        else { return texts }
        texts["vitrine.model"] = try encodedJSON(CLIPDescription(detected.configuration))
        return texts
    }

    /// Counters and other whole numbers can lie beyond what a half float holds.
    private static func isReal(_ type: ElementType?) -> Bool {
        switch type {
        case .float16, .brain16, .float32, .float64: true
        default: false
        }
    }
}
