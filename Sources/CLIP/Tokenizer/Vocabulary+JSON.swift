import JSONText

extension Vocabulary {
    /// Reads Hugging Face's `tokenizer.json`, or its `vocab.json` alone.
    ///
    /// `tokenizer.json` holds merges, as `"a b"` or as `["a", "b"]`, and the number of every token; `vocab.json` holds
    /// only the numbers, from which the merges follow: a token's number says when it was made, and encoding its letters
    /// with the merges before it leaves the two that it was made of. Numbers must be those that CLIP's own order gives,
    /// and the last two must be the marks of start and end.
    ///
    /// - Throws: `VocabularyError`.
    init(json bytes: [UInt8], mergeCount: Int?) throws(VocabularyError) {
        let root: [String: JSONValue]
        do throws(JSONError) {
            root = try JSONValue.members(of: bytes)
        } catch {
            throw .malformedJSON(byteOffset: error.byteOffset)
        }
        var numbers = root
        var merges: [MergeText]?
        if case .object(let model) = root["model"] {
            guard case .object(let vocabulary) = model["vocab"], case .list(let list) = model["merges"] else {
                throw .notBytePairs
            }
            numbers = vocabulary
            for case .object(let added) in Self.elements(root["added_tokens"]) {
                if case .text(let content) = added["content"], let id = added["id"] { numbers[content] = id }
            }
            var read: [MergeText] = []
            for (index, merge) in list.enumerated() { read.append(try Self.merge(merge, index)) }
            merges = read
        }
        let tokens = try Self.tokens(numbers)
        if let mergeCount, tokens.count != mergeCount + Self.unmergedCount {
            throw .tooFewMerges(found: tokens.count - Self.unmergedCount, expected: mergeCount)
        }
        if merges == nil { merges = try Self.derivedMerges(tokens) }
        self = try Vocabulary(pairs: merges ?? [], firstLine: 1)
        guard count == tokens.count else {
            throw .tooFewMerges(found: count - Self.unmergedCount, expected: tokens.count - Self.unmergedCount)
        }
        try checkNumbers(tokens)
    }

    private static func elements(_ value: JSONValue?) -> [JSONValue] {
        if case .list(let elements) = value { elements } else { [] }
    }

    private static func merge(_ value: JSONValue, _ index: Int) throws(VocabularyError) -> MergeText {
        var symbols: [ArraySlice<UInt8>] = []
        switch value {
        case .text(let text): symbols = Array(text.utf8).split(separator: 0x20)
        case .list(let parts):
            for case .text(let part) in parts { symbols.append(Array(part.utf8)[...]) }
        default: break
        }
        guard symbols.count == 2 else { throw .malformedLine(index + 1) }
        return (symbols[0], symbols[1])
    }

    /// Every token by its number.
    private static func tokens(_ numbers: [String: JSONValue]) throws(VocabularyError) -> [String] {
        var tokens = [String?](repeating: nil, count: numbers.count)
        for (token, value) in numbers {
            guard case .number(let number) = value, let index = Int(exactly: number), tokens.indices.contains(index),
                tokens[index] == nil
            else { throw .unexpectedNumber(token: token) }
            tokens[index] = token
        }
        let all = tokens.compactMap { $0 }
        guard all.count > unmergedCount else { throw .notBytePairs }
        for (token, marks) in zip(all.suffix(2), [startMarks, endMarks]) where !marks.contains(token) {
            throw .misplacedMark(token: token)
        }
        return all
    }

    private static let startMarks = ["<|startoftext|>", "<start_of_text>"]
    private static let endMarks = ["<|endoftext|>", "<end_of_text>"]

    /// The merges behind a list of tokens.
    private static func derivedMerges(_ tokens: [String]) throws(VocabularyError) -> [MergeText] {
        var ranks: [[UInt8]: Int] = [:]
        for (rank, token) in tokens.dropLast(2).enumerated() { ranks[Array(token.utf8)] = rank }
        var merges: [MergeText] = []
        for (rank, token) in tokens.enumerated().dropFirst(2 * endOfWord).dropLast(2) {
            var parts = letters(token)
            while parts.count > 2 {
                var best: (index: Int, rank: Int)?
                for index in 0..<parts.count - 1 {
                    if let joined = ranks[parts[index] + parts[index + 1]], joined < min(rank, best?.rank ?? .max) {
                        best = (index, joined)
                    }
                }
                guard let best else { break }
                parts.replaceSubrange(best.index...best.index + 1, with: [parts[best.index] + parts[best.index + 1]])
            }
            guard parts.count == 2 else { throw .unexpectedNumber(token: token) }
            merges.append((parts[0][...], parts[1][...]))
        }
        return merges
    }

    /// A token's byte symbols, the last one with the mark of a word's end where the token has it.
    private static func letters(_ token: String) -> [[UInt8]] {
        var bytes = Array(token.utf8)[...]
        let ends = bytes.count > endOfWordMark.count && bytes.suffix(endOfWordMark.count).elementsEqual(endOfWordMark)
        if ends { bytes = bytes.dropLast(endOfWordMark.count) }
        var letters = String(decoding: bytes, as: UTF8.self).unicodeScalars.map { Array(String(Character($0)).utf8) }
        if ends, let last = letters.popLast() { letters.append(last + endOfWordMark) }
        return letters
    }

    /// Every token must have the number that the order of CLIP's vocabularies gives it.
    private func checkNumbers(_ tokens: [String]) throws(VocabularyError) {
        for (number, symbol) in Self.byteSymbols().inOrder.enumerated() {
            for (number, symbol) in [(number, symbol), (number + Self.endOfWord, symbol + Self.endOfWordMark)]
            where !tokens[number].utf8.elementsEqual(symbol) {
                throw .unexpectedNumber(token: tokens[number])
            }
        }
    }
}
