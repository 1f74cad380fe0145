/// A rule of the deflate format (RFC 1951) that does not hold, or a limit that its output passes.
public enum InflateFault: Error, Hashable, Sendable {
    /// The input ends before the stream does.
    case endsEarly
    /// The two bits that say how a block is stored have their one unused value.
    case unknownBlockType
    /// The length of a stored block and its complement do not fit together.
    case storedLengthMismatch
    /// Code lengths that describe no complete code, or too many of them.
    case invalidCode
    /// A code word that stands for nothing.
    case invalidSymbol
    /// A repetition that starts before the first byte.
    case distanceTooFar
    /// The output is longer than the caller allows.
    case outputTooLong(limitBytes: Int)
    /// A checksum or length beside the stream that its output does not have.
    case checksum
    /// A header that asks for more than the format defines.
    case unknownMethod
    /// zlib could not allocate its own memory.
    case noMemory
}

extension InflateFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .endsEarly: "its compressed bytes end too early"
        case .unknownBlockType: "its compressed bytes have a block of an unknown type"
        case .storedLengthMismatch: "its compressed bytes have a stored block whose length is damaged"
        case .invalidCode: "its compressed bytes have a code table that is no code"
        case .invalidSymbol: "its compressed bytes have a symbol that does not exist"
        case .distanceTooFar: "its compressed bytes repeat something from before their start"
        case .checksum: "its bytes do not match their checksum"
        case .unknownMethod: "it is compressed in a way that is not defined"
        case .noMemory: "memory does not suffice to decompress it"
        case .outputTooLong(let limitBytes): "it inflates to more than \(limitBytes) bytes"
        }
    }
}
