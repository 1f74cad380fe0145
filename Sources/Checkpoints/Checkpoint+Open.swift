extension Checkpoint {
    /// Opens a file of weights, whatever it is called, an index of several (`*.index.json`), or a folder that holds one
    /// of these as the Hugging Face hub lays it out. Structure is checked; no tensor data is read.
    ///
    /// In a folder `model.safetensors`, its index, `open_clip_model.safetensors`, `pytorch_model.bin`, its index and
    /// `open_clip_pytorch_model.bin` are looked for in this order, then the one file that ends as weights do, safetensors
    /// first. The shards of an index have to lie beside it.
    ///
    /// - Throws: `CheckpointError`, with what the file really is when it is none of the kinds that are read.
    public static func open(_ path: String) throws(CheckpointError) -> Checkpoint {
        WeightFolder.isFolder(path) ? try WeightFolder(path).open() : try openFileOrIndex(path)
    }

    static func openFileOrIndex(_ path: String) throws(CheckpointError) -> Checkpoint {
        let mapped = try MappedFile(path: path)
        guard FileKind(start: start(of: mapped)) != .json else { return try ShardIndex(mapped).open() }
        let file = try openFile(mapped)
        return Checkpoint(path: path, container: file.container, parts: [file])
    }

    /// The same for bytes in memory, which are copied. `path` is how errors call them.
    package static func open(_ bytes: [UInt8], path: String) throws(CheckpointError) -> Checkpoint {
        let file = try openFile(MappedFile(copying: bytes, path: path))
        return Checkpoint(path: path, container: file.container, parts: [file])
    }

    static func openFile(_ mapped: MappedFile) throws(CheckpointError) -> any WeightFile {
        let start = start(of: mapped)
        switch FileKind(start: start) {
        case .safetensors: return try SafetensorsFile(mapped)
        case .zipArchive: return try PyTorchArchive(mapped)
        case .unknown where looksLikeDamage(start):
            // No other kind claims these bytes, so the header's own rules give the more useful answer.
            return try SafetensorsFile(mapped)
        case let kind: throw .unsupportedKind(path: mapped.path, kind: kind)
        }
    }

    private static func start(of mapped: MappedFile) -> [UInt8] {
        mapped.bytes(0..<min(mapped.byteCount, FileKind.inspectedBytes)).map { Array($0) } ?? []
    }

    /// A file shorter than a header, or one whose first eight bytes could be a length: text has none of the zero bytes
    /// that a little-endian length of any plausible header ends with.
    private static func looksLikeDamage(_ start: [UInt8]) -> Bool {
        start.count < 8 || start[4..<8].allSatisfy { $0 == 0 || $0 == 0xFF } || start[7] >= 0x80
    }
}
