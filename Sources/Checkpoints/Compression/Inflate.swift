/// Decompression of deflate streams (RFC 1951) with a limit on the output, which is counted while it grows.
enum Inflate {
    /// More bytes than one compressed byte can stand for: two bits for 258 bytes, rounded up.
    static let largestRatio = 1032

    /// - Parameters:
    ///   - input: starts with the stream; what follows the stream is left alone.
    ///   - limitBytes: no output beyond this is made.
    ///   - expectedBytes: how much output is likely, reserved at once where the input can really hold it.
    /// - Returns: the output, and how many bytes of the input the stream took.
    static func inflate(
        _ input: UnsafeRawBufferPointer, limitBytes: Int, expectedBytes: Int = 0
    ) throws(InflateFault) -> (output: [UInt8], consumedBytes: Int) {
        var reader = BitReader(input)
        var output: [UInt8] = []
        let (possible, overflows) = input.count.multipliedReportingOverflow(by: largestRatio)
        output.reserveCapacity(max(0, min(expectedBytes, limitBytes, overflows ? .max : possible)))
        var isLast = false
        while !isLast {
            isLast = try reader.bits(1) == 1
            switch try reader.bits(2) {
            case 0: try stored(&reader, &output, limitBytes)
            case 1: try block(&reader, &output, limitBytes, fixedCodes())
            case 2: try block(&reader, &output, limitBytes, dynamicCodes(&reader))
            default: throw .unknownBlockType
            }
        }
        return (output, reader.consumedBytes)
    }

    private static func stored(
        _ reader: inout BitReader, _ output: inout [UInt8], _ limitBytes: Int
    ) throws(InflateFault) {
        try reader.alignToByte()
        let length = try reader.bits(16)
        guard try reader.bits(16) == length ^ 0xFFFF else { throw .storedLengthMismatch }
        guard length <= limitBytes - output.count else { throw .outputTooLong(limitBytes: limitBytes) }
        for _ in 0..<length { output.append(UInt8(truncatingIfNeeded: try reader.bits(8))) }
    }

    private static func block(
        _ reader: inout BitReader, _ output: inout [UInt8], _ limitBytes: Int,
        _ codes: (literals: PrefixCode, distances: PrefixCode)
    ) throws(InflateFault) {
        while true {
            let symbol = try codes.literals.symbol(&reader)
            if symbol < 256 {
                guard output.count < limitBytes else { throw .outputTooLong(limitBytes: limitBytes) }
                output.append(UInt8(truncatingIfNeeded: symbol))
                continue
            }
            if symbol == 256 { return }
            guard symbol - 257 < lengthBases.count else { throw .invalidSymbol }
            let length = lengthBases[symbol - 257] + (try reader.bits(lengthExtraBits[symbol - 257]))
            let distanceSymbol = try codes.distances.symbol(&reader)
            guard distanceSymbol < distanceBases.count else { throw .invalidSymbol }
            let distance = distanceBases[distanceSymbol] + (try reader.bits(distanceExtraBits[distanceSymbol]))
            guard distance <= output.count else { throw .distanceTooFar }
            guard length <= limitBytes - output.count else { throw .outputTooLong(limitBytes: limitBytes) }
            // The repeated bytes may overlap those being written, so they are copied one after the other.
            let start = output.count - distance
            for index in start..<start + length { output.append(output[index]) }
        }
    }

    // MARK: Codes

    /// Section 3.2.6.
    private static func fixedCodes() throws(InflateFault) -> (PrefixCode, PrefixCode) {
        var lengths = [UInt8](repeating: 8, count: 288)
        for symbol in 144..<256 { lengths[symbol] = 9 }
        for symbol in 256..<280 { lengths[symbol] = 7 }
        return (
            try PrefixCode(lengths: lengths, mayBeIncomplete: false),
            try PrefixCode(lengths: [UInt8](repeating: 5, count: 32), mayBeIncomplete: false)
        )
    }

    /// Section 3.2.7: the lengths of both codes are themselves written in a code.
    private static func dynamicCodes(_ reader: inout BitReader) throws(InflateFault) -> (PrefixCode, PrefixCode) {
        let literalCount = try reader.bits(5) + 257
        let distanceCount = try reader.bits(5) + 1
        let lengthCount = try reader.bits(4) + 4
        guard literalCount <= 286, distanceCount <= 30 else { throw .invalidCode }
        var lengthLengths = [UInt8](repeating: 0, count: 19)
        for index in 0..<lengthCount {
            lengthLengths[lengthOrder[index]] = UInt8(truncatingIfNeeded: try reader.bits(3))
        }
        let lengthCode = try PrefixCode(lengths: lengthLengths, mayBeIncomplete: false)
        var lengths: [UInt8] = []
        while lengths.count < literalCount + distanceCount {
            let symbol = try lengthCode.symbol(&reader)
            let repeated: UInt8
            let times: Int
            switch symbol {
            case 0..<16: (repeated, times) = (UInt8(symbol), 1)
            case 16:
                guard let last = lengths.last else { throw .invalidCode }
                (repeated, times) = (last, try reader.bits(2) + 3)
            case 17: (repeated, times) = (0, try reader.bits(3) + 3)
            default: (repeated, times) = (0, try reader.bits(7) + 11)
            }
            guard lengths.count + times <= literalCount + distanceCount else { throw .invalidCode }
            lengths.append(contentsOf: repeatElement(repeated, count: times))
        }
        // Without a code for the end of the block, the block could not end.
        guard lengths[256] > 0 else { throw .invalidCode }
        return (
            try PrefixCode(lengths: lengths[..<literalCount], mayBeIncomplete: false),
            try PrefixCode(lengths: lengths[literalCount...], mayBeIncomplete: true)
        )
    }

    private static let lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    /// Section 3.2.5, symbols 257 to 285.
    private static let lengthBases = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    private static let lengthExtraBits = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    /// Section 3.2.5, distance symbols 0 to 29.
    private static let distanceBases = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
        6145, 8193, 12289, 16385, 24577,
    ]
    private static let distanceExtraBits = [
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
    ]
}
