import Checkpoints
import Foundation
import ImageCodecs
import Tensors
import TerminalText
import WholeFiles

/// What an `embed` command writes.
struct EmbeddingFile {
    let output: OutputFile
    var record = EmbedRecord()
    /// Further texts for the file.
    var metadata: [String: String] = [:]
    private var tensors: [(name: String, tensor: Tensor)] = []

    init(_ output: OutputFile) { self.output = output }

    /// Whether a file is one that `embed` wrote. An array in NumPy's format says nothing of its maker.
    static func isOne(_ path: String) -> Bool {
        (try? Checkpoint.open(path))?.metadata[recordName] != nil
    }

    private static let recordName = "vitrine.record"

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
        let shapes = tensors.map { "\($0.name) \($0.tensor.shape)" }.joined(separator: ", ")
        try Terminal.write("\(printable(output.path)): \(shapes)")
    }
}

/// What each row of an `embed` command's vectors belongs to: `vitrine.record` in the file's metadata.
struct EmbedRecord: OutputRecord {
    static let kind = "embed"

    /// Row by row; absent for texts.
    var pictures: [PictureRecord]?
    /// The pictures that have no row; absent where there are none.
    var failures: [PictureFailure]?
    /// Row by row; absent for pictures.
    var texts: [String]?
}
