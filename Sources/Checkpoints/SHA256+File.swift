extension SHA256 {
    /// The digest of a file's bytes, as 64 hexadecimal digits.
    ///
    /// - Throws: `CheckpointError.cannotOpen`, `.notRegularFile`, `.shrunk`.
    public static func hexadecimalDigest(ofFile path: String) throws(CheckpointError) -> String {
        try hexadecimalDigest(of: MappedFile(path: path), isKept: false)
    }

    /// The digest of a file's bytes, with a door to leave by.
    ///
    /// - Parameters:
    ///   - path: the file, which is read to its end.
    ///   - checkCancellation: called before every few megabytes. It may throw to stop the work, as
    ///     `Task.checkCancellation` does.
    /// - Throws: `CheckpointError.cannotOpen`, `.notRegularFile`, `.shrunk`, and what `checkCancellation` throws.
    public static func hexadecimalDigest(ofFile path: String, checkCancellation: () throws -> Void) throws -> String {
        try hexadecimalDigest(of: MappedFile(path: path), isKept: false, checkCancellation: checkCancellation)
    }

    /// - Parameter isKept: whether the mapping is used further. Where it is there for the digest alone, its pages go as
    ///   soon as they were read, so that a large file takes no memory of the process.
    /// - Throws: `CheckpointError.shrunk`.
    static func hexadecimalDigest(of file: MappedFile, isKept: Bool = true) throws(CheckpointError) -> String {
        var digest = SHA256()
        for start in pieces(of: file) { try digest.add(pieceAt: start, of: file, isKept: isKept) }
        return digest.hexadecimalDigest()
    }

    static func hexadecimalDigest(
        of file: MappedFile, isKept: Bool = true, checkCancellation: () throws -> Void
    ) throws -> String {
        var digest = SHA256()
        for start in pieces(of: file) {
            try checkCancellation()
            try digest.add(pieceAt: start, of: file, isKept: isKept)
        }
        return digest.hexadecimalDigest()
    }

    private static let pieceBytes = 1 << 22

    /// Where the pieces of a file begin.
    private static func pieces(of file: MappedFile) -> StrideTo<Int> {
        stride(from: 0, to: file.byteCount, by: pieceBytes)
    }

    private mutating func add(
        pieceAt start: Int, of file: MappedFile, isKept: Bool
    ) throws(CheckpointError) {
        let end = min(start + Self.pieceBytes, file.byteCount)
        guard file.stillCovers(end), let bytes = file.bytes(start..<end) else {
            throw .shrunk(path: file.path, name: "")
        }
        update(bytes)
        if !isKept { file.discardPages(bytes) }
    }
}
