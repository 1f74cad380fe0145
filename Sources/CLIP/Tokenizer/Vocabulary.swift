import Tensors

/// The tokens of a byte-pair vocabulary and the merges that lead to them.
///
/// Tokens in order: the 256 bytes, the 256 bytes that end a word, one per merge, then start and end of text. Matches
/// `SimpleTokenizer` of open_clip and of OpenAI's CLIP.
public struct Vocabulary: Sendable {
    /// A merge: what it makes, and its place in the list. Lower ranks are applied first.
    struct Merge: Sendable {
        var rank: Int
        var result: Int
    }

    /// The two symbols of a merge, in UTF-8.
    typealias MergeText = (first: ArraySlice<UInt8>, second: ArraySlice<UInt8>)

    private struct Pair: Hashable, Sendable {
        var first: Int
        var second: Int
    }

    /// The number of merges that published CLIP models use of their longer merges file.
    public static let publishedMergeCount = 48_894

    /// Number of tokens.
    public let count: Int
    private let merges: [Pair: Merge]
    /// Token of each byte; the one for a byte that ends a word is 256 higher.
    private let byteTokens: [Int]

    /// Every merge in its order, `[merges, 3]`: the two tokens, and what they become.
    var mergeTable: Tensor {
        let rows = merges.sorted { $0.value.rank < $1.value.rank }
            .flatMap { [Float($0.key.first), Float($0.key.second), Float($0.value.result)] }
        return Tensor(rows, shape: [merges.count, 3])
    }

    /// The token before every text.
    public var startToken: Int { count - 2 }
    /// The token after every text: the largest of all.
    public var endToken: Int { count - 1 }
    /// What a byte's token is raised by when the byte ends a word.
    static let endOfWord = 256

    /// Reads the text of a merges file: two symbols a line, separated by a space, best first.
    ///
    /// A first line that contains `#version` is a header. In OpenAI's file, `bpe_simple_vocab_16e6.txt` (unpacked), the
    /// lines behind the first 48,894 merges are not used, so at most that many are taken unless told otherwise.
    ///
    /// - Parameters:
    ///   - text: the file's bytes, UTF-8, not compressed.
    ///   - mergeCount: how many merges to take: all the weights' tokens but 514. nil takes what is there, up to
    ///     `publishedMergeCount`.
    /// - Throws: `VocabularyError`.
    public init(merges text: some Sequence<UInt8>, mergeCount: Int? = nil) throws(VocabularyError) {
        let bytes = Array(text)
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .notText }
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)[...]
        while let last = lines.last, Self.fields(last).isEmpty { lines.removeLast() }
        var firstLine = 1
        if let header = lines.first, String(decoding: header, as: UTF8.self).contains("#version") {
            lines.removeFirst()
            firstLine = 2
        }
        let wanted = mergeCount ?? min(lines.count, Self.publishedMergeCount)
        guard wanted >= 0, lines.count >= wanted else { throw .tooFewMerges(found: lines.count, expected: wanted) }

        var pairs: [MergeText] = []
        for (offset, line) in lines.prefix(wanted).enumerated() {
            let fields = Self.fields(line)
            guard fields.count == 2 else { throw .malformedLine(firstLine + offset) }
            pairs.append((fields[0], fields[1]))
        }
        try self.init(pairs: pairs, firstLine: firstLine)
    }

    /// - Parameter firstLine: the line of the first merge, for errors.
    init(pairs: [MergeText], firstLine: Int) throws(VocabularyError) {
        let symbols = Self.byteSymbols()
        byteTokens = symbols.tokens
        var tokens: [[UInt8]: Int] = [:]
        for (token, symbol) in symbols.inOrder.enumerated() {
            tokens[symbol] = token
            tokens[symbol + Self.endOfWordMark] = token + Self.endOfWord
        }
        // Where two merges make the same symbol, the later one gives it its token.
        for (rank, pair) in pairs.enumerated() {
            tokens[Array(pair.first) + pair.second] = 2 * Self.endOfWord + rank
        }
        var merges: [Pair: Merge] = [:]
        for (rank, pair) in pairs.enumerated() {
            guard let first = tokens[Array(pair.first)], let second = tokens[Array(pair.second)],
                let result = tokens[Array(pair.first) + pair.second]
            else { throw .unknownSymbol(line: firstLine + rank) }
            merges[Pair(first: first, second: second)] = Merge(rank: rank, result: result)
        }
        self.merges = merges
        count = Self.unmergedCount + pairs.count
    }

    /// Reads whichever file of a published vocabulary these bytes are: merges (`merges.txt`,
    /// `bpe_simple_vocab_16e6.txt`), `tokenizer.json` or `vocab.json`; unpacked.
    ///
    /// - Parameters:
    ///   - bytes: the file's bytes.
    ///   - count: the tokens that the weights have; nil takes what is there, as `init(merges:mergeCount:)` does.
    /// - Throws: `VocabularyError`.
    public init(_ bytes: some Sequence<UInt8>, count: Int?) throws(VocabularyError) {
        let bytes = Array(bytes)
        if let count, count < Self.unmergedCount { throw .tooFewTokens(count) }
        let mergeCount = count.map { $0 - Self.unmergedCount }
        let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
        // A merge may begin with a brace, but not with the two that open and name the first thing of an object.
        let start = bytes.drop { blanks.contains($0) }.prefix(256).filter { !blanks.contains($0) }
        if start.starts(with: Array("{\"".utf8)) {
            try self.init(json: bytes, mergeCount: mergeCount)
        } else {
            try self.init(merges: bytes, mergeCount: mergeCount)
        }
    }

    /// The token of a byte inside a word.
    func token(of byte: UInt8) -> Int { byteTokens[Int(byte)] }

    /// What two neighbouring tokens become, nil when they stay apart.
    func merge(_ first: Int, _ second: Int) -> Merge? { merges[Pair(first: first, second: second)] }

    /// Tokens that no merge makes: the bytes, the bytes that end a word, start and end.
    static let unmergedCount = 2 * endOfWord + 2

    static let endOfWordMark = Array("</w>".utf8)

    private static func fields(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        line.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    }

    /// How merges files write bytes: printable ones of Latin-1 as themselves, in this order, then the others as the
    /// characters from U+0100 on.
    static func byteSymbols() -> (inOrder: [[UInt8]], tokens: [Int]) {
        let printable = Array(33...126) + Array(161...172) + Array(174...255)
        let others = (0...255).filter { !printable.contains($0) }
        var inOrder: [[UInt8]] = []
        var tokens = [Int](repeating: 0, count: 256)
        for (token, byte) in (printable + others).enumerated() {
            let value = token < printable.count ? byte : 256 + token - printable.count
            inOrder.append(Unicode.Scalar(value).map { Array(String(Character($0)).utf8) } ?? [])
            tokens[byte] = token
        }
        return (inOrder, tokens)
    }
}
