import CZlib

/// Decompression by zlib with a limit on the output, which is counted while it grows.
enum Inflate {
    /// What stands around the compressed bytes. The raw value is what zlib calls `windowBits`.
    enum Wrapping: Int32 {
        /// Nothing, as in zip archives (RFC 1951).
        case none = -15
        /// Header and checksum of a gzip member (RFC 1952).
        case gzip = 31
    }

    /// More bytes than one compressed byte can stand for: two bits for 258 bytes, rounded up.
    static let largestRatio = 1032

    /// - Parameters:
    ///   - input: starts with the stream; what follows the stream is left alone.
    ///   - limitBytes: a stream is refused as soon as its output is longer than this.
    ///   - expectedBytes: how much output is likely, reserved at once where the input can really hold it.
    /// - Returns: the output, and how many bytes of the input the stream took.
    static func inflate(
        _ input: UnsafeRawBufferPointer, _ wrapping: Wrapping = .none, limitBytes: Int, expectedBytes: Int = 0
    ) throws(InflateFault) -> (output: [UInt8], consumedBytes: Int) {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit2_(&stream, wrapping.rawValue, ZLIB_VERSION, size) == Z_OK else { throw .noMemory }
        defer { inflateEnd(&stream) }
        let (possible, overflows) = input.count.multipliedReportingOverflow(by: largestRatio)
        let reserved = min(max(expectedBytes, 1 << 16), limitBytes, overflows ? .max : possible)
        // One byte more than the limit shows that the limit is passed.
        var output = [UInt8](repeating: 0, count: max(0, reserved) + 1)
        while true {
            let status = step(&stream, input, &output)
            let (filled, consumed) = (Int(stream.total_out), Int(stream.total_in))
            guard filled <= limitBytes else { throw .outputTooLong(limitBytes: limitBytes) }
            switch status {
            case Z_STREAM_END:
                output.removeLast(output.count - filled)
                return (output, consumed)
            case Z_OK:
                if filled == output.count {
                    output += repeatElement(0, count: min(filled, limitBytes - filled + 1))
                }
            // There is always room for output, so it is input that is lacking.
            case Z_BUF_ERROR: throw .endsEarly
            case Z_MEM_ERROR: throw .noMemory
            default: throw InflateFault(zlib: stream.msg.map { String(cString: $0) } ?? "")
            }
        }
    }

    private static func step(_ stream: inout z_stream, _ input: UnsafeRawBufferPointer, _ output: inout [UInt8])
        -> Int32
    {
        // zlib counts both sides in 32 bits.
        let rest = UnsafeRawBufferPointer(rebasing: input[Int(stream.total_in)...])
        stream.next_in = UnsafeMutablePointer(mutating: rest.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.avail_in = UInt32(clamping: rest.count)
        return output.withUnsafeMutableBufferPointer { output in
            let room = UnsafeMutableBufferPointer(rebasing: output[Int(stream.total_out)...])
            stream.next_out = room.baseAddress
            stream.avail_out = UInt32(clamping: room.count)
            return CZlib.inflate(&stream, Z_NO_FLUSH)
        }
    }
}

extension InflateFault {
    /// - Parameter message: what zlib says of the bytes; its texts have been the same for decades.
    fileprivate init(zlib message: String) {
        self =
            switch message {
            case "invalid block type": .unknownBlockType
            case "invalid stored block lengths": .storedLengthMismatch
            case "invalid literal/length code", "invalid distance code": .invalidSymbol
            case "invalid distance too far back": .distanceTooFar
            case "incorrect data check", "incorrect length check", "header crc mismatch": .checksum
            case "unknown compression method", "unknown header flags set": .unknownMethod
            // The rest are faults of code tables.
            default: .invalidCode
            }
    }
}
