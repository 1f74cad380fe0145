/// One of the files that a checkpoint is read from.
public struct CheckpointFile: Hashable, Sendable {
    public let path: String
    public let byteCount: Int

    /// The digest of its bytes, as 64 hexadecimal digits. Reads the whole file.
    ///
    /// - Throws: `CheckpointError.cannotOpen`, `.notRegularFile`, `.shrunk`.
    public func sha256() throws(CheckpointError) -> String {
        try SHA256.hexadecimalDigest(ofFile: path)
    }
}
