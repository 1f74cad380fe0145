extension Checkpoint {
    /// Opens a file of weights, whatever it is called, and checks its structure; no tensor data is read.
    ///
    /// - Throws: `CheckpointError`, with what the file really is when it is none of the kinds that are read.
    public static func open(_ path: String) throws(CheckpointError) -> Checkpoint {
        let file = try openFile(try MappedFile(path: path))
        return Checkpoint(path: path, container: file.container, parts: [file])
    }

    /// The same for bytes in memory, which are copied. `path` is how errors call them.
    package static func open(_ bytes: [UInt8], path: String) throws(CheckpointError) -> Checkpoint {
        let file = try openFile(MappedFile(copying: bytes, path: path))
        return Checkpoint(path: path, container: file.container, parts: [file])
    }

    static func openFile(_ mapped: MappedFile) throws(CheckpointError) -> any WeightFile {
        let start = mapped.bytes(0..<min(mapped.byteCount, FileKind.inspectedBytes)).map { Array($0) } ?? []
        switch FileKind(start: start) {
        case .safetensors:
            return try SafetensorsFile(mapped)
        case .zipArchive:
            return try PyTorchArchive(mapped)
        case .unknown where looksLikeDamage(start):
            // No other kind claims these bytes, so the header's own rules give the more useful answer.
            return try SafetensorsFile(mapped)
        case let kind:
            throw .unsupportedKind(path: mapped.path, kind: kind)
        }
    }

    /// A file shorter than a header, or one whose first eight bytes could be a length: text has none of the zero bytes
    /// that a little-endian length of any plausible header ends with.
    private static func looksLikeDamage(_ start: [UInt8]) -> Bool {
        start.count < 8 || start[4..<8].allSatisfy { $0 == 0 || $0 == 0xFF } || start[7] >= 0x80
    }
}
