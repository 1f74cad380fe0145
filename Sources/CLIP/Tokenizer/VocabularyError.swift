/// Why a merges file cannot be used. Lines count from 1.
public enum VocabularyError: Error, Hashable, Sendable {
    /// gzip, as the published file is distributed.
    case compressed
    case notText
    case tooFewMerges(found: Int, expected: Int)
    /// Not two symbols.
    case malformedLine(Int)
    /// A merge of a symbol that no merge makes.
    case unknownSymbol(line: Int)
}

extension VocabularyError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .compressed:
            "the merges file is compressed: unpack it with gunzip first"
        case .notText:
            "the merges file is not UTF-8 text: name the file with one merge a line"
        case .tooFewMerges(let found, let expected):
            "the merges file has \(found) merges where the weights need \(expected): use the one that belongs to them"
        case .malformedLine(let line):
            "line \(line) of the merges file is not two symbols with a space between: use the file as it was published"
        case .unknownSymbol(let line):
            "line \(line) of the merges file joins a symbol that no other line makes: the file is incomplete"
        }
    }
}
