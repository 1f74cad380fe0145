import Checkpoints
import Foundation
import ImageCodecs
import Tensors

/// What an `embed` command writes.
struct EmbeddingFile {
    let path: String
    /// What each row of the vectors belongs to.
    var rows: [String] = []
    /// Further texts for the file.
    var metadata: [String: String] = [:]
    private var tensors: [(name: String, tensor: Tensor)] = []

    init(path: String) { self.path = path }

    mutating func add(_ name: String, _ tensor: Tensor) { tensors.append((name, tensor)) }

    /// Writes the file whole or not at all.
    ///
    /// - Throws: A ``CommandFailure`` with status `outputFailed`.
    func write() throws {
        do {
            if path.lowercased().hasSuffix(".npy") {
                guard let first = tensors.first?.tensor else { return }
                try AtomicFile.write(NPYWriter.bytes(first.values, shape: first.shape.dimensions), to: path)
            } else {
                let list = String(decoding: try JSONEncoder().encode(rows), as: UTF8.self)
                try SafetensorsWriter.write(
                    tensors, metadata: metadata.merging(["rows": list]) { first, _ in first }, to: path)
            }
        } catch {
            let sentence = "\(error)"
            throw CommandFailure.output(sentence.contains(path) ? sentence : "cannot write \(path): \(sentence)")
        }
        let shapes = tensors.map { "\($0.name) \($0.tensor.shape)" }.joined(separator: ", ")
        Terminal.write("\(Terminal.escaped(path)): \(shapes)", to: .standardOutput)
    }
}
