/// Files compressed by gzip (RFC 1952), such as the published merges of CLIP's tokenizer.
public enum GzipFile {
    /// The decompressed bytes of a whole file.
    ///
    /// Length and checksum at the end of each member are compared with what came out.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - limitBytes: more output than this is refused while it is made.
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
    public static func decompressed(_ bytes: UnsafeRawBufferPointer, limitBytes: Int) throws(GzipFault) -> [UInt8] {
        var output: [UInt8] = []
        var start = 0
        repeat {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
            guard rest.starts(with: magic) else { throw .notGzip }
            let member: (output: [UInt8], consumedBytes: Int)
            do throws(InflateFault) {
                member = try Inflate.inflate(rest, .gzip, limitBytes: limitBytes - output.count)
            } catch .checksum {
                throw .damaged
            } catch .unknownMethod {
                throw .unknownMethod
            } catch {
                throw .inflate(error)
            }
            if output.isEmpty { output = member.output } else { output += member.output }
            start += member.consumedBytes
        } while start < bytes.count
        return output
    }
}

/// Why bytes are not what gzip wrote.
public enum GzipFault: Error, Hashable, Sendable {
    /// The bytes do not start with the two that mark gzip.
    case notGzip
    /// The header names a method or a flag that RFC 1952 does not define.
    case unknownMethod
    /// The compressed bytes break a rule of deflate, or a limit.
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
