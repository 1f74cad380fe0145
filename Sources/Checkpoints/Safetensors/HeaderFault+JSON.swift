import JSONText

extension HeaderFault {
    init(_ fault: JSONFault) {
        self =
            switch fault {
            case .notUTF8: .invalidUTF8
            case .unexpected(let token): .unexpectedByte(expected: Self.words(token))
            case .endsEarly(let token): .endsEarly(expected: Self.words(token))
            case .unknownEscape, .incompleteEscape, .halfCharacter: .invalidEscape
            case .controlCharacter: .controlCharacter
            case .duplicateName(let name): .duplicateKey(name)
            case .textTooLong(let limitBytes): .nameTooLong(limitBytes: limitBytes)
            case .nestedTooDeep: .nestedTooDeep
            case .trailingText: .trailingText
            }
    }

    private static func words(_ token: JSONFault.Token) -> String {
        switch token {
        case .openingBrace: "'{'"
        case .openingBracket: "'['"
        case .commaOrClosingBrace: "'}'"
        case .commaOrClosingBracket: "']'"
        case .key, .name, .text: "'\"'"
        case .colon: "':'"
        case .number: "a number"
        case .value: "a value"
        case .closingQuote: "the end of a string"
        case .escapedCharacter: "an escape"
        }
    }
}
