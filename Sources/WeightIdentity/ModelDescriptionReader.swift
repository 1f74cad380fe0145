/// Reads the JSON of a model description, byte by byte. Never goes beyond its input, nor so deep that an input could
/// exhaust the stack.
struct ModelDescriptionReader {
    private static let deepest = 16
    private let bytes: [UInt8]
    private var position = 0

    init(_ json: String) {
        bytes = Array(json.utf8)
    }

    /// One object and nothing after it but white space.
    mutating func object() throws(ModelDescriptionError) -> [String: ModelDescription.Value] {
        let values = try members(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw malformed }
        return values
    }

    private mutating func members(depth: Int) throws(ModelDescriptionError) -> [String: ModelDescription.Value] {
        var values: [String: ModelDescription.Value] = [:]
        try expect("{")
        if accepts("}") { return values }
        repeat {
            skipSpace()
            let name = try string()
            try expect(":")
            values[name] = try value(depth: depth + 1)
        } while accepts(",")
        try expect("}")
        return values
    }

    private mutating func elements(depth: Int) throws(ModelDescriptionError) -> [ModelDescription.Value] {
        var values: [ModelDescription.Value] = []
        try expect("[")
        if accepts("]") { return values }
        repeat {
            values.append(try value(depth: depth + 1))
        } while accepts(",")
        try expect("]")
        return values
    }

    private mutating func value(depth: Int) throws(ModelDescriptionError) -> ModelDescription.Value {
        skipSpace()
        guard let first = peek, depth <= Self.deepest else { throw malformed }
        switch first {
        case UInt8(ascii: "\""):
            return .text(try string())
        case UInt8(ascii: "{"):
            return .object(try members(depth: depth))
        case UInt8(ascii: "["):
            return .list(try elements(depth: depth))
        case UInt8(ascii: "t"):
            try expectWord("true")
            return .boolean(true)
        case UInt8(ascii: "f"):
            try expectWord("false")
            return .boolean(false)
        case UInt8(ascii: "n"):
            try expectWord("null")
            return .null
        default:
            return .number(try number())
        }
    }

    private mutating func number() throws(ModelDescriptionError) -> Double {
        let start = position
        while let byte = peek, "+-.0123456789eE".utf8.contains(byte) { position += 1 }
        guard let number = Double(String(decoding: bytes[start..<position], as: UTF8.self)), number.isFinite else {
            position = start
            throw malformed
        }
        return number
    }

    private mutating func string() throws(ModelDescriptionError) -> String {
        guard peek == UInt8(ascii: "\"") else { throw malformed }
        position += 1
        var text: [UInt8] = []
        while let byte = peek, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw malformed }
            position += 1
            if byte == UInt8(ascii: "\\") { text += try escaped() } else { text.append(byte) }
        }
        guard peek != nil else { throw malformed }
        position += 1
        return String(decoding: text, as: UTF8.self)
    }

    /// The character after a backslash, in UTF-8.
    private mutating func escaped() throws(ModelDescriptionError) -> [UInt8] {
        guard let byte = peek else { throw malformed }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "u"): return try unicode()
        default: throw malformed
        }
    }

    /// Four hexadecimal digits, and the second half where the first is half of a surrogate pair.
    private mutating func unicode() throws(ModelDescriptionError) -> [UInt8] {
        var units = [try hexadecimal()]
        if UTF16.isLeadSurrogate(units[0]), peek == UInt8(ascii: "\\") {
            position += 1
            guard peek == UInt8(ascii: "u") else { throw malformed }
            position += 1
            units.append(try hexadecimal())
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }

    private mutating func hexadecimal() throws(ModelDescriptionError) -> UInt16 {
        let end = position + 4
        guard end <= bytes.count,
            let unit = UInt16(String(decoding: bytes[position..<end], as: UTF8.self), radix: 16)
        else { throw malformed }
        position = end
        return unit
    }

    // MARK: Single bytes

    private var malformed: ModelDescriptionError { .malformed(byteOffset: position) }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func accepts(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(ModelDescriptionError) {
        guard accepts(character) else { throw malformed }
    }

    private mutating func expectWord(_ word: String) throws(ModelDescriptionError) {
        guard bytes[position...].starts(with: word.utf8) else { throw malformed }
        position += word.utf8.count
    }
}
