/// What is wrong at a place of a JSON text.
package enum JSONFault: Hashable, Sendable {
    /// What has to stand at a place.
    package enum Token: Hashable, Sendable {
        case openingBrace, openingBracket
        case commaOrClosingBrace, commaOrClosingBracket
        /// A name of an object whose names are known, and one of an object with any names.
        case key, name
        case colon
        case text, number, value
        case closingQuote
        /// The character that a backslash announces.
        case escapedCharacter
    }

    case notUTF8
    /// Something else stands there than this.
    case unexpected(Token)
    /// The text ends where this should stand.
    case endsEarly(Token)
    /// An escape that JSON does not know.
    case unknownEscape
    /// `\u` without four hexadecimal digits.
    case incompleteEscape
    /// Half of a character that UTF-16 writes as two units.
    case halfCharacter
    /// A control character inside quotation marks.
    case controlCharacter
    case duplicateName(String)
    case textTooLong(limitBytes: Int)
    case nestedTooDeep
    /// More behind the value that is the whole text.
    case trailingText
}

/// A fault with its place.
package struct JSONError: Error, Hashable, Sendable {
    package let fault: JSONFault
    /// Counts from the start of the text.
    package let byteOffset: Int

    package init(_ fault: JSONFault, byteOffset: Int) {
        self.fault = fault
        self.byteOffset = byteOffset
    }
}
