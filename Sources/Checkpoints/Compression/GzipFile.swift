/// Files compressed by gzip (RFC 1952), such as the published merges of CLIP's tokenizer.
public enum GzipFile {
    /// The decompressed bytes of a whole file.
    ///
    /// Length and checksum at the end of each member are compared with what came out.
    ///
    /// - Parameter limitBytes: more output than this is refused while it is made.
    /// - Throws: `CheckpointError.cannotOpen`, `.notRegularFile`, `.shrunk`, `.gzip`.
    public static func contents(of path: String, limitBytes: Int) throws(CheckpointError) -> [UInt8] {
        let file = try MappedFile(path: path)
        guard file.stillCovers(file.byteCount), let bytes = file.bytes(0..<file.byteCount) else {
            throw .shrunk(path: path, name: "")
        }
        do throws(GzipFault) {
            return try decompressed(bytes, limitBytes: limitBytes)
        } catch {
            throw .gzip(path: path, fault: error)
        }
    }

    /// The decompressed bytes of a compressed file in memory.
    ///
    /// - Parameters:
    ///   - bytes: one member or several, and nothing else.
    ///   - limitBytes: more output than this is refused while it is made.
    public static func decompressed(
        _ bytes: UnsafeRawBufferPointer, limitBytes: Int
    ) throws(GzipFault) -> [UInt8] {
        var output: [UInt8] = []
        var start = 0
        repeat {
            let body = try headerEnd(bytes, start)
            let inflated: (output: [UInt8], consumedBytes: Int)
            do throws(InflateFault) {
                inflated = try Inflate.inflate(
                    UnsafeRawBufferPointer(rebasing: bytes[body...]), limitBytes: limitBytes - output.count)
            } catch {
                throw .inflate(error)
            }
            let trailer = body + inflated.consumedBytes
            guard bytes.count - trailer >= 8 else { throw .inflate(.endsEarly) }
            let checksum = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: trailer, as: UInt32.self))
            let length = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: trailer + 4, as: UInt32.self))
            let found = inflated.output.withUnsafeBytes { CRC32.of($0) }
            guard found == checksum, length == UInt32(truncatingIfNeeded: inflated.output.count) else {
                throw .damaged
            }
            if output.isEmpty { output = inflated.output } else { output += inflated.output }
            start = trailer + 8
        } while start < bytes.count
        return output
    }

    /// Where the compressed bytes of a member start.
    private static func headerEnd(_ bytes: UnsafeRawBufferPointer, _ start: Int) throws(GzipFault) -> Int {
        let fixedBytes = 10
        guard bytes.count - start >= fixedBytes, bytes[start] == 0x1F, bytes[start + 1] == 0x8B else {
            throw .notGzip
        }
        let flags = bytes[start + 3]
        // Method 8 is deflate; the three upper flags are reserved.
        guard bytes[start + 2] == 8, flags & 0xE0 == 0 else { throw .unknownMethod }
        var position = start + fixedBytes
        if flags & 0x04 != 0 {
            guard bytes.count - position >= 2 else { throw .inflate(.endsEarly) }
            position += 2 + Int(bytes[position]) + Int(bytes[position + 1]) << 8
        }
        // The original name and a comment, each ended by a zero byte.
        for flag in [0x08, 0x10] as [UInt8] where flags & flag != 0 {
            guard position < bytes.count, let end = bytes[position...].firstIndex(of: 0) else {
                throw .inflate(.endsEarly)
            }
            position = end + 1
        }
        if flags & 0x02 != 0 { position += 2 }
        guard position <= bytes.count else { throw .inflate(.endsEarly) }
        return position
    }
}

/// Why bytes are not what gzip wrote.
public enum GzipFault: Error, Hashable, Sendable {
    case notGzip
    case unknownMethod
    case inflate(InflateFault)
    /// Length or checksum at the end differ from what came out.
    case damaged
}

extension GzipFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notGzip: "it does not start as a gzip file does"
        case .unknownMethod: "it is compressed in a way that gzip does not define"
        case .inflate(let fault): fault.description
        case .damaged: "its bytes do not match its checksum: download it again"
        }
    }
}
