public import Tensors

/// A file of named tensors, opened for reading.
///
/// The kind of file is recognised by its first bytes. Tensors come back as Float32: stored Float32 is used in place in
/// the mapped file, without a copy; every other element type is converted when it is loaded. The mapping lives as long
/// as any tensor that borrows from it. What happens when the file is cut short while it is open stands at `MappedFile`:
/// replace weights by renaming, never by rewriting.
public struct Checkpoint: TensorSource {
    private let file: SafetensorsFile

    /// Opens a file and checks its whole header; no tensor data is read.
    ///
    /// - Throws: `CheckpointError`, with what the file really is when it is not a safetensors file.
    public static func open(_ path: String) throws(CheckpointError) -> Checkpoint {
        let mapped = try MappedFile(path: path)
        let start = mapped.bytes(0..<min(mapped.byteCount, FileKind.inspectedBytes)).map { Array($0) } ?? []
        switch FileKind(start: start) {
        case .safetensors:
            return Checkpoint(file: try SafetensorsFile(mapped))
        case .unknown where looksLikeDamage(start):
            // No other kind claims these bytes, so the header's own rules give the more useful answer.
            return Checkpoint(file: try SafetensorsFile(mapped))
        case let kind:
            throw .unsupportedKind(path: path, kind: kind)
        }
    }

    /// A file shorter than a header, or one whose first eight bytes could be a length: text has none of the zero bytes
    /// that a little-endian length of any plausible header ends with.
    private static func looksLikeDamage(_ start: [UInt8]) -> Bool {
        start.count < 8 || start[4..<8].allSatisfy { $0 == 0 || $0 == 0xFF } || start[7] >= 0x80
    }

    private init(file: SafetensorsFile) {
        self.file = file
    }

    /// The path that was opened.
    public var path: String { file.path }

    /// Size of the whole file.
    public var byteCount: Int { file.byteCount }

    /// The free texts that the file carries beside its tensors (`__metadata__`).
    public var metadata: [String: String] { file.header.metadata }

    /// The names of all tensors, in the order of their data.
    public var names: [String] { file.header.entries.map(\.name) }

    /// The dimensions of a tensor, nil when there is none of that name.
    public func shape(of name: String) -> Shape? {
        file.header.entry(name).map { Shape($0.dimensions) }
    }

    /// How a tensor is stored, nil when there is none of that name.
    public func elementType(of name: String) -> ElementType? {
        file.header.entry(name)?.elementType
    }

    /// The tensor as Float32.
    ///
    /// - Throws: `CheckpointError.noSuchTensor`, `.shrunk`.
    public func load(_ name: String) throws -> Tensor {
        try file.load(name)
    }
}
