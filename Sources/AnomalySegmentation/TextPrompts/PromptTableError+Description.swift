extension PromptTableError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .empty:
            "the file of prompts is empty: write a JSON object with the keys \(Self.list(PromptTableReader.needed))"
        case .tooLarge(let bytes, let limit):
            "the file of prompts has \(bytes) bytes, and \(limit) are possible: is it the right file?"
        case .notText(let place): "\(place): this is not UTF-8 text: save the file of prompts as UTF-8"
        case .malformed(let place, let expected): "\(place): this is not JSON: \(expected) should stand here"
        case .duplicateKey(let place, let key): "\(place): \"\(key)\" stands twice: keep one of them"
        case .unknownKey(let place, let key, let nearest?):
            "\(place): there is no key \"\(key)\": did you mean \"\(nearest)\"?"
        case .unknownKey(let place, let key, nil):
            "\(place): there is no key \"\(key)\": known are \(Self.list(PromptTableReader.known))"
        case .unexpectedKind(let place, let key, let expected): "\(place): \"\(key)\" takes \(expected)"
        case .missingKey(let key):
            "the file of prompts lacks \"\(key)\": it needs \(Self.list(PromptTableReader.needed))"
        case .emptyList(let place, let key): "\(place): \"\(key)\" is empty: it takes at least one entry"
        case .unusablePattern(let place, let key, let pattern):
            "\(place): in \"\(key)\", {} should stand exactly once in \"\(pattern)\""
        case .emptyName(let place, let key):
            "\(place): the name for \"\(key)\" is empty: write what the sentences should say"
        case .tooManySentences(let limit):
            "the prompts make more than \(limit) sentences for a state: leave out states or templates"
        }
    }

    private static func list(_ keys: [String]) -> String { keys.map { "\"\($0)\"" }.joined(separator: ", ") }
}

extension PromptTableError.Place: CustomStringConvertible {
    public var description: String { "line \(line), column \(column)" }
}
