import Foundation
import ImageCodecs
import NeuralNetwork
import PictureLists
import SystemPackage
import Tensors
import TerminalText
import WholeFiles

/// Where the tensors of an `inspect` command go: one file, or a folder with one for each.
enum ActivationOutput {
    case file(OutputFile)
    case folder(ResultOutput, name: String, path: String)

    /// Looks at the place before any model is loaded.
    ///
    /// - Parameters:
    ///   - path: what `--output` says.
    ///   - overwrites: whether any file may be replaced.
    ///   - id: of the picture; nil without one.
    /// - Throws: A ``CommandFailure``.
    init(_ path: String, overwrites: Bool, id: String?) throws {
        if Self.isFile(path) {
            self = .file(try OutputFile(path, overwrites: overwrites, recognises: TensorFile<InspectRecord>.isOne))
        } else {
            let name = (id ?? "texts") + ".inspect"
            self = .folder(try ResultOutput(path, for: [name]), name: name, path: path)
        }
    }

    static func isFile(_ path: String) -> Bool {
        ["safetensors", "npy"].contains((path as NSString).pathExtension.lowercased())
    }

    /// Refuses to write over a file that the command reads.
    func keepsApart(from inputs: [FilePath]) throws {
        if case .file(let file) = self { try file.keepsApart(from: inputs) }
    }

    /// Writes all of them or none.
    ///
    /// - Returns: a line for people.
    func write(_ tensors: [(name: String, tensor: Tensor)], _ record: InspectRecord) throws -> String {
        switch self {
        case .file(let output):
            var file = TensorFile(output, record)
            for (name, tensor) in tensors { file.add(name, tensor) }
            try file.write()
            return file.summary
        case .folder(let results, let name, let path):
            do {
                try results.write(name) { folder in
                    for (name, tensor) in tensors {
                        try WholeFile.write(
                            NPYWriter.bytes(tensor.values, shape: tensor.shape.dimensions),
                            to: "\(folder)/\(Self.fileName(name))")
                    }
                    try record.write(to: folder + "/result.json")
                }
            } catch let failure as CommandFailure { throw failure } catch {
                throw CommandFailure.output("\(error)")
            }
            return printable("\(path)/\(name): \(tensors.count) \(tensors.count == 1 ? "tensor" : "tensors")")
        }
    }

    /// The file of an activation in a folder.
    static func fileName(_ name: String) -> String { name + ".npy" }

    /// The same for records; nil where all tensors are in one file.
    func file(of name: String) -> String? {
        if case .folder = self { return Self.fileName(name) }
        return nil
    }
}
