/// One of the files that a checkpoint is read from.
public struct CheckpointFile: Hashable, Sendable {
    /// Where the file is, as it was opened.
    public let path: String
    /// The size of the file in bytes when it was opened.
    public let byteCount: Int

    /// The digest of its bytes, as 64 hexadecimal digits.
    ///
    /// Reads the whole file, unless this process did before and its size, inode and times are what they were.
    /// ``SHA256/hexadecimalDigest(ofFile:)`` reads it always.
    ///
    /// - Throws: `CheckpointError.cannotOpen`, `.notRegularFile`, `.shrunk`.
    public func sha256() throws(CheckpointError) -> String { try DigestCache.ofProcess.sha256(ofFile: path) }
}
