/// Reads the one shape of JSON that a file of prompts has, and says where it is another.
///
/// Strict: what is not known is refused with its place, so nothing in a file is without effect. It never goes deeper than
/// the shape, and never beyond its input.
struct PromptTableReader {
    static let needed = ["name", "normalStates", "abnormalStates", "templates"]
    static let known = needed + ["objectNames"]
    private static let sizeLimit = 16_000_000

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func table() throws(PromptTableError) -> PromptTable {
        try checkText()
        var name: String?
        var lists: [String: [String]] = [:]
        var objectNames: [String: String]?
        try expect("{", "{")
        var seen: Set<String> = []
        if !accepts("}") {
            repeat {
                let start = nextOffset
                let key = try string(else: "a key in quotes")
                guard Self.known.contains(key) else {
                    throw .unknownKey(place(at: start), key: key, nearest: NearestName.of(key, in: Self.known))
                }
                if !seen.insert(key).inserted { throw .duplicateKey(place(at: start), key: key) }
                try expect(":", "a colon")
                switch key {
                case "name": name = try text(for: key)
                case "objectNames": objectNames = try names(for: key)
                default: lists[key] = try patterns(for: key)
                }
            } while accepts(",")
            try expect("}", "a comma or }")
        }
        skipSpace()
        if position < bytes.count { throw .malformed(place, expected: "the end of the file") }
        for key in Self.needed where !seen.contains(key) { throw .missingKey(key) }
        let table = PromptTable(
            name: name ?? "", normalStates: lists["normalStates"] ?? [],
            abnormalStates: lists["abnormalStates"] ?? [], templates: lists["templates"] ?? [],
            objectNames: objectNames ?? [:])
        if table.hasTooManySentences { throw .tooManySentences(limit: PromptTable.sentenceLimit) }
        return table
    }

    // MARK: Values

    private mutating func text(for key: String) throws(PromptTableError) -> String {
        skipSpace()
        guard peek == UInt8(ascii: "\"") else { throw try kind(key, "a text in quotes") }
        return try string(else: "a text in quotes")
    }

    private mutating func patterns(for key: String) throws(PromptTableError) -> [String] {
        let start = nextOffset
        guard accepts("[") else { throw try kind(key, "a list of texts in brackets") }
        if accepts("]") { throw .emptyList(place(at: start), key: key) }
        var patterns: [String] = []
        repeat {
            let start = nextOffset
            let pattern = try text(for: key)
            guard PromptTable.holdsOneMark(pattern) else {
                throw .unusablePattern(place(at: start), key: key, pattern: pattern)
            }
            patterns.append(pattern)
        } while accepts(",")
        try expect("]", "a comma or ]")
        return patterns
    }

    private mutating func names(for key: String) throws(PromptTableError) -> [String: String] {
        guard accepts("{") else { throw try kind(key, "names and texts in braces") }
        var names: [String: String] = [:]
        if accepts("}") { return names }
        repeat {
            let start = nextOffset
            let given = try string(else: "a name in quotes")
            if names[given] != nil { throw .duplicateKey(place(at: start), key: given) }
            try expect(":", "a colon")
            let written = try text(for: given)
            guard PromptTable.isVisible(written) else { throw .emptyName(place(at: start), key: given) }
            names[given] = written
        } while accepts(",")
        try expect("}", "a comma or }")
        return names
    }

    /// Why a value is not of the kind that is asked for: it is of another kind, or there is none.
    private mutating func kind(_ key: String, _ expected: String) throws(PromptTableError) -> PromptTableError {
        skipSpace()
        guard let byte = peek, "\"[{-0123456789tfn".utf8.contains(byte) else {
            return .malformed(place, expected: expected)
        }
        return .unexpectedKind(place, key: key, expected: expected)
    }

    // MARK: Strings

    private mutating func string(else expected: String) throws(PromptTableError) -> String {
        skipSpace()
        guard peek == UInt8(ascii: "\"") else { throw .malformed(place, expected: expected) }
        position += 1
        var text: [UInt8] = []
        while let byte = peek, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else {
                throw .malformed(place(at: position), expected: "a quote, or \\n for a new line")
            }
            position += 1
            if byte == UInt8(ascii: "\\") { text += try escaped() } else { text.append(byte) }
        }
        guard peek != nil else { throw .malformed(place(at: position), expected: "a quote") }
        position += 1
        return String(decoding: text, as: UTF8.self)
    }

    /// What a backslash and the characters behind it mean, in UTF-8.
    private mutating func escaped() throws(PromptTableError) -> [UInt8] {
        let simple: [UInt8: UInt8] = [
            UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "/"): 0x2F, UInt8(ascii: "b"): 0x08,
            UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
        ]
        guard let byte = peek else { throw .malformed(place(at: position), expected: "an escaped character") }
        if let plain = simple[byte] {
            position += 1
            return [plain]
        }
        guard byte == UInt8(ascii: "u") else { throw .malformed(place(at: position), expected: "an escaped character") }
        let first = try codeUnit()
        var units = [first]
        if UTF16.isLeadSurrogate(first), peek == UInt8(ascii: "\\") {
            position += 1
            units.append(try codeUnit())
        }
        guard let text = String(validating: units, as: UTF16.self) else {
            throw .malformed(place(at: position), expected: "both halves of a character")
        }
        return Array(text.utf8)
    }

    /// `u` and four hexadecimal digits.
    private mutating func codeUnit() throws(PromptTableError) -> UInt16 {
        let end = position + 5
        guard peek == UInt8(ascii: "u"), end <= bytes.count,
            bytes[position + 1..<end].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: bytes[position + 1..<end], as: UTF8.self), radix: 16)
        else { throw .malformed(place(at: position), expected: "u and four hexadecimal digits") }
        position = end
        return unit
    }

    // MARK: Single bytes

    /// That this is UTF-8 without NUL; skips a byte order mark.
    private mutating func checkText() throws(PromptTableError) {
        if bytes.count > Self.sizeLimit { throw .tooLarge(bytes: bytes.count, limit: Self.sizeLimit) }
        if bytes.allSatisfy({ Self.isSpace($0) }) { throw .empty }
        if String(validating: bytes, as: UTF8.self) == nil {
            // The longest valid beginning ends where the first bad byte stands.
            var decoder = UTF8()
            var iterator = bytes.makeIterator()
            var valid = 0
            while case .scalarValue(let scalar) = decoder.decode(&iterator) { valid += UTF8.width(scalar) }
            throw .notText(place(at: valid))
        }
        if let zero = bytes.firstIndex(of: 0) { throw .notText(place(at: zero)) }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) && byte != 0x0B }

    private mutating func skipSpace() {
        while let byte = peek, Self.isSpace(byte) { position += 1 }
    }

    private mutating func accepts(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar, _ expected: String) throws(PromptTableError) {
        guard accepts(character) else { throw .malformed(place, expected: expected) }
    }

    /// Where the next character stands that is no space.
    private var nextOffset: Int {
        bytes[position...].firstIndex { !Self.isSpace($0) } ?? bytes.count
    }

    private var place: PromptTableError.Place { place(at: nextOffset) }

    /// Goes over the file from its start, so it is asked for only where reading ends.
    private func place(at offset: Int) -> PromptTableError.Place {
        let before = bytes[..<offset]
        let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? (bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
        // Bytes that continue a character are not counted.
        let column = before[min(start, offset)...].count { $0 & 0xC0 != 0x80 }
        return PromptTableError.Place(line: 1 + before.count { $0 == 0x0A }, column: 1 + column)
    }
}
