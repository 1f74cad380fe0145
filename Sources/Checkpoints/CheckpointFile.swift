/// One of the files that a checkpoint is read from.
public struct CheckpointFile: Hashable, Sendable {
    /// Where the file is, as it was opened.
    public let path: String
    /// The size of the file in bytes when it was opened.
    public let byteCount: Int

    /// The digest of its bytes, as 64 hexadecimal digits. Reads the whole file.
    ///
    /// - Throws: `CheckpointError.cannotOpen`, `.notRegularFile`, `.shrunk`.
    public func sha256() throws(CheckpointError) -> String {
        try SHA256.hexadecimalDigest(ofFile: path)
    }
}
