/// Why the file of a vocabulary cannot be used. Lines and merges count from 1.
public enum VocabularyError: Error, Hashable, Sendable {
    /// Not UTF-8, as the published merges are while they are still compressed by gzip.
    case notText
    /// The file has fewer merges than the weights have tokens for.
    case tooFewMerges(found: Int, expected: Int)
    /// The weights have fewer tokens than every byte-pair vocabulary.
    case tooFewTokens(Int)
    /// Not two symbols.
    case malformedLine(Int)
    /// A merge of a symbol that no merge makes.
    case unknownSymbol(line: Int)
    /// A JSON file that is no JSON object; `byteOffset` is where reading stopped.
    case malformedJSON(byteOffset: Int)
    /// A JSON file that holds no byte-pair vocabulary.
    case notBytePairs
    /// A token whose number is not a whole number of its own, or not the one that CLIP's order gives it.
    case unexpectedNumber(token: String)
    /// The last two tokens are not the marks of start and end.
    case misplacedMark(token: String)
}

extension VocabularyError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .notText:
            "the merges file is not UTF-8 text: take the file with one merge a line, and unpack it when it is compressed"
        case .tooFewMerges(let found, let expected):
            "the merges file has \(found) merges where the weights need \(expected): use the one that belongs to them"
        case .tooFewTokens(let count):
            "the weights have \(count) tokens, and every vocabulary of a CLIP has at least 514: these weights belong to "
                + "another kind of text tower"
        case .malformedLine(let line):
            "line \(line) of the merges file is not two symbols with a space between: use the file as it was published"
        case .unknownSymbol(let line):
            "line \(line) of the merges file joins a symbol that no other line makes: the file is incomplete"
        case .malformedJSON(let byteOffset):
            "the vocabulary is damaged: it is no JSON object (byte \(byteOffset)); use the file as it was published"
        case .notBytePairs:
            "the JSON file holds no byte-pair vocabulary: name merges.txt, tokenizer.json or vocab.json of a CLIP"
        case .unexpectedNumber(let token):
            "the token \(token.debugDescription) has a number that no CLIP vocabulary gives it: use the file that belongs "
                + "to the weights"
        case .misplacedMark(let token):
            "the vocabulary has \(token.debugDescription) where the marks of start and end should be last: use the file "
                + "that belongs to the weights"
        }
    }
}
