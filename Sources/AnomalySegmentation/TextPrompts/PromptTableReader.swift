import JSONText

/// Reads the one shape of JSON that a file of prompts has, and says where it is another.
///
/// Strict: what is not known is refused with its place, so nothing in a file is without effect. It never goes deeper than
/// the shape.
struct PromptTableReader {
    static let needed = ["name", "normalStates", "abnormalStates", "templates"]
    static let known = needed + ["objectNames"]
    private static let sizeLimit = 16_000_000
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private typealias Reader = JSONReader<PromptTableError>

    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func table() throws(PromptTableError) -> PromptTable {
        if bytes.count > Self.sizeLimit { throw .tooLarge(bytes: bytes.count, limit: Self.sizeLimit) }
        if bytes.allSatisfy(Reader.isSpace) { throw .empty }
        let start = bytes.starts(with: Self.byteOrderMark) ? Self.byteOrderMark.count : 0
        var reader = Reader(bytes, from: start) { [self] in error($0, at: $1) }
        try reader.checkEncoding()
        if let zero = bytes.firstIndex(of: 0) { throw .notText(place(at: zero)) }

        var name = ""
        var lists: [String: [String]] = [:]
        var objectNames: [String: String] = [:]
        var seen: Set<String> = []
        try reader.object(named: .key) { (reader, key, start) throws(PromptTableError) in
            guard Self.known.contains(key) else {
                throw .unknownKey(placeOfNext(from: start), key: key, nearest: NearestName.of(key, in: Self.known))
            }
            guard seen.insert(key).inserted else { throw reader.fault(.duplicateName(key), at: start) }
            switch key {
            case "name": name = try text(for: key, &reader)
            case "objectNames": objectNames = try names(for: key, &reader)
            default: lists[key] = try patterns(for: key, &reader)
            }
        }
        try reader.expectEnd()
        for key in Self.needed where !seen.contains(key) { throw .missingKey(key) }
        let table = PromptTable(
            name: name, normalStates: lists["normalStates"] ?? [], abnormalStates: lists["abnormalStates"] ?? [],
            templates: lists["templates"] ?? [], objectNames: objectNames)
        if table.hasTooManySentences { throw .tooManySentences(limit: PromptTable.sentenceLimit) }
        return table
    }

    // MARK: Values

    private func text(for key: String, _ reader: inout Reader) throws(PromptTableError) -> String {
        try expect("\"", key, "a text in quotes", reader)
        return try reader.string()
    }

    private func patterns(for key: String, _ reader: inout Reader) throws(PromptTableError) -> [String] {
        let start = reader.next
        try expect("[", key, "a list of texts in brackets", reader)
        var patterns: [String] = []
        try reader.list { (reader) throws(PromptTableError) in
            let start = reader.next
            let pattern = try text(for: key, &reader)
            guard PromptTable.holdsOneMark(pattern) else {
                throw .unusablePattern(place(at: start), key: key, pattern: pattern)
            }
            patterns.append(pattern)
        }
        if patterns.isEmpty { throw .emptyList(place(at: start), key: key) }
        return patterns
    }

    private func names(for key: String, _ reader: inout Reader) throws(PromptTableError) -> [String: String] {
        try expect("{", key, "names and texts in braces", reader)
        var names: [String: String] = [:]
        try reader.object { (reader, given, start) throws(PromptTableError) in
            if names[given] != nil { throw reader.fault(.duplicateName(given), at: start) }
            let written = try text(for: given, &reader)
            guard PromptTable.isVisible(written) else { throw .emptyName(placeOfNext(from: start), key: given) }
            names[given] = written
        }
        return names
    }

    // MARK: Faults

    /// That a value of the kind that is asked for starts here; otherwise one of another kind does, or none.
    private func expect(
        _ start: Unicode.Scalar, _ key: String, _ expected: String, _ reader: Reader
    ) throws(PromptTableError) {
        let offset = reader.next
        guard offset < bytes.count, "\"[{-0123456789tfn".utf8.contains(bytes[offset]) else {
            throw .malformed(place(at: offset), expected: expected)
        }
        guard bytes[offset] == UInt8(ascii: start) else {
            throw .unexpectedKind(place(at: offset), key: key, expected: expected)
        }
    }

    private func error(_ fault: JSONFault, at offset: Int) -> PromptTableError {
        func malformed(_ expected: String, at offset: Int) -> PromptTableError {
            .malformed(place(at: offset), expected: expected)
        }
        return switch fault {
        case .notUTF8: .notText(place(at: offset))
        case .unexpected(let token), .endsEarly(let token): malformed(Self.words(token), at: offset)
        case .unknownEscape: malformed(Self.words(.escapedCharacter), at: offset)
        // The place of the `u` that stands before the digits.
        case .incompleteEscape: malformed("u and four hexadecimal digits", at: offset - 1)
        case .halfCharacter: malformed("both halves of a character", at: offset)
        case .controlCharacter: malformed("a quote, or \\n for a new line", at: offset)
        case .duplicateName(let name): .duplicateKey(placeOfNext(from: offset), key: name)
        case .textTooLong, .nestedTooDeep: malformed("a shorter text", at: offset)
        case .trailingText: malformed("the end of the file", at: offset)
        }
    }

    private static func words(_ token: JSONFault.Token) -> String {
        switch token {
        case .openingBrace: "{"
        case .openingBracket: "["
        case .commaOrClosingBrace: "a comma or }"
        case .commaOrClosingBracket: "a comma or ]"
        case .key: "a key in quotes"
        case .name: "a name in quotes"
        case .colon: "a colon"
        case .text: "a text in quotes"
        case .number: "a number"
        case .value: "a value"
        case .closingQuote: "a quote"
        case .escapedCharacter: "an escaped character"
        }
    }

    /// Of what stands behind white space.
    private func placeOfNext(from offset: Int) -> PromptTableError.Place {
        place(at: bytes[offset...].firstIndex { !Reader.isSpace($0) } ?? bytes.count)
    }

    /// Goes over the file from its start, so it is asked for only where reading ends.
    private func place(at offset: Int) -> PromptTableError.Place {
        let before = bytes[..<offset]
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? (before.starts(with: Self.byteOrderMark) ? 3 : 0)
        // Bytes that continue a character are not counted.
        let column = before[lineStart...].count { $0 & 0xC0 != 0x80 }
        return PromptTableError.Place(line: 1 + before.count { $0 == 0x0A }, column: 1 + column)
    }
}
