/// A place in the JSON of a header or an index, and the few tokens that these are made of.
struct JSONCursor {
    /// What stands where a whole number should be.
    enum Integer {
        case value(Int)
        case tooLarge
        case notAnInteger
    }

    /// Numbers up to here survive in every JSON implementation.
    private static let largestInteger = 1 << 53

    /// What the text is, for errors.
    enum Document {
        case safetensorsHeader
        case index
    }

    private let path: String
    private let document: Document
    private let bytes: [UInt8]
    private let byteOffset: Int
    private(set) var position = 0

    init(path: String, bytes: [UInt8], byteOffset: Int, document: Document) {
        self.path = path
        self.document = document
        self.bytes = bytes
        self.byteOffset = byteOffset
    }

    /// An error at a position of this text, the present one unless told.
    func fault(_ fault: HeaderFault, at position: Int? = nil) -> CheckpointError {
        let byteOffset = byteOffset + (position ?? self.position)
        return switch document {
        case .safetensorsHeader: .header(path: path, fault: fault, byteOffset: byteOffset)
        case .index: .index(path: path, fault: .text(fault, byteOffset: byteOffset))
        }
    }

    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Refuses text that is not UTF-8 as a whole; strings can then be cut out of it anywhere between quotation marks.
    func checkEncoding() throws(CheckpointError) {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw fault(.invalidUTF8) }
    }

    /// Steps over a character, after white space; false, and no step, when another one stands there.
    mutating func accepts(_ character: Unicode.Scalar) throws(CheckpointError) -> Bool {
        skipSpace()
        guard let byte = peek else { throw fault(.endsEarly(expected: "'\(character)'")) }
        guard byte == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func expect(_ character: Unicode.Scalar) throws(CheckpointError) {
        guard try accepts(character) else { throw fault(.unexpectedByte(expected: "'\(character)'")) }
    }

    /// The format allows padding by spaces, and nothing else, after the object.
    func expectOnlySpaces() throws(CheckpointError) {
        if let other = bytes[position...].firstIndex(where: { $0 != 0x20 }) {
            throw fault(.trailingText, at: other)
        }
    }

    /// A text of its own may end with any white space.
    mutating func expectOnlySpace() throws(CheckpointError) {
        skipSpace()
        guard peek == nil else { throw fault(.trailingText) }
    }

    /// Steps over a value of any kind. Numbers and words are not looked into.
    ///
    /// - Parameter depthLimit: how many objects and lists may lie within each other.
    mutating func skipValue(depthLimit: Int) throws(CheckpointError) {
        guard depthLimit > 0 else { throw fault(.nestedTooDeep) }
        skipSpace()
        switch peek {
        case UInt8(ascii: "\""):
            _ = try string(limitBytes: bytes.count)
        case UInt8(ascii: "{"):
            try expect("{")
            if try accepts("}") { return }
            repeat {
                _ = try string(limitBytes: bytes.count)
                try expect(":")
                try skipValue(depthLimit: depthLimit - 1)
            } while try accepts(",")
            try expect("}")
        case UInt8(ascii: "["):
            try expect("[")
            if try accepts("]") { return }
            repeat {
                try skipValue(depthLimit: depthLimit - 1)
            } while try accepts(",")
            try expect("]")
        default:
            let start = position
            while let byte = peek, Self.isWordByte(byte) { position += 1 }
            guard position > start else { throw fault(.unexpectedByte(expected: "a value")) }
        }
    }

    /// What numbers, `true`, `false` and `null` are made of.
    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    /// A whole number without sign, fraction, exponent or leading zero. The cursor stays where the number starts when
    /// it is none.
    mutating func integer() throws(CheckpointError) -> Integer {
        skipSpace()
        let start = position
        var value = 0
        var isTooLarge = false
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            position += 1
            if !isTooLarge {
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
                isTooLarge = value > Self.largestInteger
            }
        }
        guard let next = peek else { throw fault(.endsEarly(expected: "a number")) }
        let digits = position - start
        let ends = next == UInt8(ascii: ",") || next == UInt8(ascii: "]") || Self.isSpace(next)
        guard digits > 0, ends, digits == 1 || bytes[start] != UInt8(ascii: "0") else {
            position = start
            return .notAnInteger
        }
        return isTooLarge ? .tooLarge : .value(value)
    }

    /// A string with its escapes resolved.
    mutating func string(limitBytes: Int) throws(CheckpointError) -> String {
        try expect("\"")
        var text: [UInt8] = []
        while true {
            guard let byte = peek else { throw fault(.endsEarly(expected: "the end of a string")) }
            guard text.count <= limitBytes else { throw fault(.nameTooLong(limitBytes: limitBytes)) }
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                text += try escape()
            case 0..<0x20:
                throw fault(.controlCharacter)
            default:
                text.append(byte)
                position += 1
            }
        }
    }

    /// The character that an escape stands for, in UTF-8.
    private mutating func escape() throws(CheckpointError) -> [UInt8] {
        let start = position
        guard position + 1 < bytes.count else { throw fault(.endsEarly(expected: "an escape")) }
        position += 2
        switch bytes[position - 1] {
        case UInt8(ascii: "\""): return [UInt8(ascii: "\"")]
        case UInt8(ascii: "\\"): return [UInt8(ascii: "\\")]
        case UInt8(ascii: "/"): return [UInt8(ascii: "/")]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            guard let scalar = codePoint() else { throw fault(.invalidEscape, at: start) }
            return Array(String(Character(scalar)).utf8)
        default: throw fault(.invalidEscape, at: start)
        }
    }

    /// What follows `\u`: four digits, or two such groups for a surrogate pair; nil for half a pair.
    private mutating func codePoint() -> Unicode.Scalar? {
        guard let first = codeUnit() else { return nil }
        guard UTF16.isLeadSurrogate(first) else { return Unicode.Scalar(first) }
        guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return nil }
        position += 2
        guard let second = codeUnit(), UTF16.isTrailSurrogate(second) else { return nil }
        return Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
    }

    private mutating func codeUnit() -> UInt16? {
        guard position + 4 <= bytes.count else { return nil }
        var unit: UInt16 = 0
        for byte in bytes[position..<position + 4] {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            unit = unit << 4 | UInt16(digit)
        }
        position += 4
        return unit
    }

    private mutating func skipSpace() {
        while let byte = peek, Self.isSpace(byte) { position += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}
