/// A place in a JSON text, and the parts that such a text is made of.
///
/// It never goes beyond its input, nor deeper than it is told, and takes time linear in what it reads. A reader of one
/// kind of file asks for the parts that the file must have, so that each fault is found at its place, and turns faults
/// into its own errors.
package struct JSONReader<Failure: Error> {
    private let bytes: [UInt8]
    private let failure: (JSONFault, _ byteOffset: Int) -> Failure
    /// Counts bytes from the start of the text.
    package private(set) var position: Int

    /// - Parameters:
    ///   - bytes: the text, in UTF-8.
    ///   - position: where reading starts.
    ///   - failure: the error for a fault at a byte of the text.
    package init(_ bytes: [UInt8], from position: Int = 0, failure: @escaping (JSONFault, _ byteOffset: Int) -> Failure)
    {
        self.bytes = bytes
        self.position = position
        self.failure = failure
    }

    /// The error for a fault, here unless told.
    package func fault(_ fault: JSONFault, at position: Int? = nil) -> Failure {
        failure(fault, position ?? self.position)
    }

    /// Refuses a text that is not UTF-8 as a whole, at its first bad byte.
    package func checkEncoding() throws(Failure) {
        if String(validating: bytes, as: UTF8.self) != nil { return }
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var valid = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { valid += UTF8.width(scalar) }
        throw fault(.notUTF8, at: valid)
    }

    // MARK: Single bytes

    /// The byte at this place, nil at the end.
    package var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Where the next byte stands that is no white space.
    package var next: Int { bytes[position...].firstIndex { !Self.isSpace($0) } ?? bytes.count }

    package static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    package mutating func skipSpace() { position = next }

    /// Steps over a character, after white space; no step is taken when another one stands there.
    package mutating func accepts(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar, _ token: JSONFault.Token) throws(Failure) {
        if !accepts(character) { throw missing(token) }
    }

    private func missing(_ token: JSONFault.Token) -> Failure {
        fault(peek == nil ? .endsEarly(token) : .unexpected(token))
    }

    /// The text ends here, but for padding: white space unless told.
    package func expectEnd(padding: (UInt8) -> Bool = isSpace) throws(Failure) {
        if let other = bytes[position...].firstIndex(where: { !padding($0) }) { throw fault(.trailingText, at: other) }
    }

    // MARK: Objects and lists

    /// Reads an object.
    ///
    /// - Parameters:
    ///   - token: what its names are called in faults.
    ///   - nameLimitBytes: how long a name may be.
    ///   - member: reads the value behind a name and its colon; `start` is where the name or white space before it stands.
    package mutating func object(
        named token: JSONFault.Token = .name, nameLimitBytes: Int = .max,
        _ member: (_ reader: inout Self, _ name: String, _ start: Int) throws(Failure) -> Void
    ) throws(Failure) {
        try expect("{", .openingBrace)
        if accepts("}") { return }
        repeat {
            let start = position
            let name = try string(token, limitBytes: nameLimitBytes)
            try expect(":", .colon)
            try member(&self, name, start)
        } while accepts(",")
        try expect("}", .commaOrClosingBrace)
    }

    /// Reads a list.
    ///
    /// - Parameter element: reads one value.
    package mutating func list(_ element: (_ reader: inout Self) throws(Failure) -> Void) throws(Failure) {
        try expect("[", .openingBracket)
        if accepts("]") { return }
        repeat { try element(&self) } while accepts(",")
        try expect("]", .commaOrClosingBracket)
    }

    /// Reads a value of any kind. Of members with the same name the last one counts.
    ///
    /// - Parameter depthLimit: how many objects and lists may lie within each other.
    package mutating func value(depthLimit: Int) throws(Failure) -> JSONValue {
        skipSpace()
        guard depthLimit > 0 else { throw fault(.nestedTooDeep) }
        switch peek {
        case UInt8(ascii: "\""): return .text(try string())
        case UInt8(ascii: "{"):
            var members: [String: JSONValue] = [:]
            try object { (reader, name, _) throws(Failure) in
                members[name] = try reader.value(depthLimit: depthLimit - 1)
            }
            return .object(members)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try list { (reader) throws(Failure) in elements.append(try reader.value(depthLimit: depthLimit - 1)) }
            return .list(elements)
        default: return try word()
        }
    }

    /// A number, `true`, `false` or `null`.
    private mutating func word() throws(Failure) -> JSONValue {
        for (word, value) in [("true", JSONValue.boolean(true)), ("false", .boolean(false)), ("null", .null)]
        where bytes[position...].starts(with: word.utf8) {
            position += word.utf8.count
            return value
        }
        let end = bytes[position...].firstIndex { !"+-.0123456789eE".utf8.contains($0) } ?? bytes.count
        guard let number = Double(String(decoding: bytes[position..<end], as: UTF8.self)), number.isFinite else {
            throw missing(.value)
        }
        position = end
        return .number(number)
    }

    // MARK: Whole numbers

    /// What stands where a whole number should be.
    package enum Integer {
        case value(Int)
        case tooLarge
        case notAnInteger
    }

    /// A whole number of a list, without sign, fraction, exponent or leading zero, and at most 2^53, which survives in every
    /// JSON implementation. No step is taken when there is none.
    package mutating func integer() throws(Failure) -> Integer {
        skipSpace()
        let start = position
        var value = 0
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            position += 1
            if value <= 1 << 53 { value = value * 10 + Int(byte - UInt8(ascii: "0")) }
        }
        guard let next = peek else { throw fault(.endsEarly(.number)) }
        let digits = position - start
        let ends = next == UInt8(ascii: ",") || next == UInt8(ascii: "]") || Self.isSpace(next)
        guard digits > 0, ends, digits == 1 || bytes[start] != UInt8(ascii: "0") else {
            position = start
            return .notAnInteger
        }
        return value > 1 << 53 ? .tooLarge : .value(value)
    }
}

// MARK: Strings

extension JSONReader {
    /// A text in quotation marks, with its escapes resolved.
    ///
    /// - Parameters:
    ///   - token: what it is called in faults.
    ///   - limitBytes: how long it may be in UTF-8.
    package mutating func string(_ token: JSONFault.Token = .text, limitBytes: Int = .max) throws(Failure) -> String {
        try expect("\"", token)
        var text: [UInt8] = []
        while true {
            let plain = bytes[position...].prefix { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") && $0 >= 0x20 }
            text += plain
            position = plain.endIndex
            guard text.count <= limitBytes else { throw fault(.textTooLong(limitBytes: limitBytes)) }
            guard let byte = peek else { throw fault(.endsEarly(.closingQuote)) }
            guard byte >= 0x20 else { throw fault(.controlCharacter) }
            position += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            text += try escaped()
        }
    }

    /// The character that stands behind a backslash, in UTF-8.
    private mutating func escaped() throws(Failure) -> [UInt8] {
        guard let byte = peek else { throw fault(.endsEarly(.escapedCharacter)) }
        let plain: UInt8
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = byte
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "f"): plain = 0x0C
        case UInt8(ascii: "n"): plain = 0x0A
        case UInt8(ascii: "r"): plain = 0x0D
        case UInt8(ascii: "t"): plain = 0x09
        case UInt8(ascii: "u"): return try character()
        default: throw fault(.unknownEscape)
        }
        position += 1
        return [plain]
    }

    /// A character as `u` and four hexadecimal digits, or as two such units with a backslash between.
    private mutating func character() throws(Failure) -> [UInt8] {
        var units = [try codeUnit()]
        if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: "\\u".utf8) {
            position += 1
            units.append(try codeUnit())
        }
        guard let text = String(validating: units, as: UTF16.self) else { throw fault(.halfCharacter) }
        return Array(text.utf8)
    }

    private mutating func codeUnit() throws(Failure) -> UInt16 {
        position += 1
        let digits = bytes[position...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw fault(.incompleteEscape) }
        position += 4
        return unit
    }
}
