/// From the bytes of one piece of text to tokens.
struct BytePairEncoder: Sendable {
    let vocabulary: Vocabulary

    /// Joins neighbours, best-ranked pair first and every occurrence of it from left to right, until none can be joined.
    ///
    /// - Parameter piece: UTF-8 of a piece from `TextSplitter`, not empty.
    /// - Complexity: the square of the piece's length at worst; pieces are words.
    func tokens(for piece: some Collection<UInt8>) -> [Int] {
        var tokens = piece.map { vocabulary.token(of: $0) }
        guard !tokens.isEmpty else { return [] }
        tokens[tokens.count - 1] += Vocabulary.endOfWord
        while tokens.count > 1 {
            var best: (merge: Vocabulary.Merge, first: Int, second: Int)?
            for (first, second) in zip(tokens, tokens.dropFirst()) {
                if let merge = vocabulary.merge(first, second), merge.rank < best?.merge.rank ?? .max {
                    best = (merge, first, second)
                }
            }
            guard let best else { break }
            var joined: [Int] = []
            joined.reserveCapacity(tokens.count)
            var index = 0
            while index < tokens.count {
                if index + 1 < tokens.count, tokens[index] == best.first, tokens[index + 1] == best.second {
                    joined.append(best.merge.result)
                    index += 2
                } else {
                    joined.append(tokens[index])
                    index += 1
                }
            }
            tokens = joined
        }
        return tokens
    }
}
