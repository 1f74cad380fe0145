#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A folder with one set of weights, as the Hugging Face hub lays it out.
struct WeightFolder {
    /// Files that are known to hold a whole model, the preferred first. Where several stand together they are the same
    /// model in several forms.
    private static let known = [
        "model.safetensors", "model.safetensors.index.json", "open_clip_model.safetensors", "pytorch_model.bin",
        "pytorch_model.bin.index.json", "open_clip_pytorch_model.bin",
    ]
    /// Texts beside the weights that say what they are.
    private static let texts = ["config.json", "preprocessor_config.json", "open_clip_config.json"]
    private static let textLimitBytes = 1 << 20
    private static let entryLimit = 100_000

    private let path: String
    private let files: [String]

    /// Lists a folder.
    init(_ path: String) throws(CheckpointError) {
        self.path = path
        guard let folder = opendir(path) else {
            throw .folder(path: path, fault: .unreadable(reason: lastSystemError()))
        }
        defer { closedir(folder) }
        var files: [String] = []
        while files.count < Self.entryLimit, let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
            if !name.hasPrefix(".") { files.append(name) }
        }
        self.files = files.sorted()
    }

    /// Opens the one file or index that is the model.
    func open() throws(CheckpointError) -> Checkpoint {
        let checkpoint = try Checkpoint.openFileOrIndex(Self.path(of: try weights(), in: path))
        return checkpoint.named(path, texts: try texts())
    }

    private func weights() throws(CheckpointError) -> String {
        if let name = Self.known.first(where: files.contains) { return name }
        let kinds: [(String) -> Bool] = [
            { $0.hasSuffix(".safetensors") }, { $0.hasSuffix(".index.json") },
            { $0.hasSuffix(".pt") || $0.hasSuffix(".pth") || $0.hasSuffix(".bin") },
        ]
        let indices = files.filter(kinds[1])
        for isOfKind in kinds {
            let candidates = files.filter(isOfKind)
            // Several shards beside their one index are no choice.
            if candidates.count > 1, indices.count == 1 { return indices[0] }
            if candidates.count > 1 { throw .folder(path: path, fault: .severalCandidates(candidates)) }
            if let name = candidates.first { return name }
        }
        throw .folder(path: path, fault: .noWeights(files: files))
    }

    private func texts() throws(CheckpointError) -> [String: String] {
        var result: [String: String] = [:]
        for name in Self.texts where files.contains(name) {
            let file = try MappedFile(path: Self.path(of: name, in: path))
            guard file.byteCount <= Self.textLimitBytes, file.stillCovers(file.byteCount),
                let bytes = file.bytes(0..<file.byteCount), let text = String(validating: bytes, as: UTF8.self)
            else { throw .folder(path: path, fault: .invalidText(name: name)) }
            result[name] = text
        }
        return result
    }

    // MARK: Paths

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return !path.utf8.contains(0) && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether a name from a file can only ever be a file in the folder where it is looked for.
    static func isPlainFileName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".."
            && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") || $0 == 0 }
    }

    static func path(of name: String, in folder: String) -> String {
        folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }

    static func path(of name: String, beside file: String) -> String {
        file.lastIndex(of: "/").map { String(file[...$0]) + name } ?? name
    }
}
