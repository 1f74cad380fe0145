import Checkpoints
import Foundation
import ImageCodecs
import JSONText
import Tensors
import TerminalText
import WholeFiles

/// A file of tensors with a record of what they are: `.safetensors`, or `.npy` for one tensor alone.
struct TensorFile<Record: OutputRecord> {
    let output: OutputFile
    var record: Record
    /// Further texts for the file.
    var metadata: [String: String] = [:]
    private var tensors: [(name: String, tensor: Tensor)] = []

    init(_ output: OutputFile, _ record: Record) {
        self.output = output
        self.record = record
    }

    /// Whether a file is one that this command wrote. An array in NumPy's format says nothing of its maker.
    static func isOne(_ path: String) -> Bool {
        guard let text = (try? Checkpoint.open(path))?.metadata[recordName] else { return false }
        return (try? JSONValue.members(of: Array(text.utf8)))?["kind"] == .text(Record.kind)
    }

    private static var recordName: String { "vitrine.record" }

    mutating func add(_ name: String, _ tensor: Tensor) { tensors.append((name, tensor)) }

    /// Writes the file whole or not at all.
    ///
    /// - Throws: A ``CommandFailure`` with status `outputFailed`.
    func write() throws {
        try output.write { path in
            if path.lowercased().hasSuffix(".npy") {
                guard let first = tensors.first?.tensor else { return }
                try WholeFile.write(NPYWriter.bytes(first.values, shape: first.shape.dimensions), to: path)
            } else {
                let texts = metadata.merging([Self.recordName: try record.json(pretty: false)]) { first, _ in first }
                try SafetensorsWriter.write(tensors, metadata: texts, to: path)
            }
        }
    }

    /// What is in it, for people.
    var summary: String {
        let shapes =
            tensors.prefix(12).map { "\($0.name) \($0.tensor.shape)" }
            + (tensors.count > 12 ? ["and \(tensors.count - 12) more"] : [])
        return "\(printable(output.path)): \(shapes.joined(separator: ", "))"
    }
}
