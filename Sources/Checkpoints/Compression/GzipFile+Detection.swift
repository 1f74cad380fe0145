extension GzipFile {
    /// The two bytes with which every gzip file starts (RFC 1952, section 2.3.1).
    static let magic: [UInt8] = [0x1F, 0x8B]

    /// The bytes of a file, unpacked when gzip compressed them.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - limitBytes: more output than this is refused while a file is unpacked.
    /// - Throws: `CheckpointError.cannotOpen`, `.notRegularFile`, `.shrunk`, `.gzip`.
    public static func unpackedContents(of path: String, limitBytes: Int) throws(CheckpointError) -> [UInt8] {
        let file = try MappedFile(path: path)
        guard file.stillCovers(file.byteCount), let bytes = file.bytes(0..<file.byteCount) else {
            throw .shrunk(path: path, name: "")
        }
        return bytes.starts(with: magic) ? try contents(of: path, limitBytes: limitBytes) : Array(bytes)
    }
}
