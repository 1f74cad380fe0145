extension SHA256 {
    /// The digest of a file's bytes, as 64 hexadecimal digits.
    ///
    /// - Throws: `CheckpointError.cannotOpen`, `.notRegularFile`, `.shrunk`.
    public static func hexadecimalDigest(ofFile path: String) throws(CheckpointError) -> String {
        try hexadecimalDigest(of: MappedFile(path: path))
    }

    /// - Throws: `CheckpointError.shrunk`.
    static func hexadecimalDigest(of file: MappedFile) throws(CheckpointError) -> String {
        let step = 1 << 22
        var digest = SHA256()
        var start = 0
        while start < file.byteCount {
            let end = min(start + step, file.byteCount)
            guard file.stillCovers(end), let bytes = file.bytes(start..<end) else {
                throw .shrunk(path: file.path, name: "")
            }
            digest.update(bytes)
            start = end
        }
        return digest.hexadecimalDigest()
    }
}
