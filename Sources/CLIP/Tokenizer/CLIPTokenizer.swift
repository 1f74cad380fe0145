import Tensors

/// Text to tokens, as CLIP's text tower takes them.
///
/// Matches `SimpleTokenizer` of OpenAI's CLIP and of open_clip, the repair of wrongly decoded text included.
public struct CLIPTokenizer: Sendable {
    /// How start and end are written when a text itself holds them; the tokens are the same.
    public enum Marks: Hashable, Sendable {
        /// `<|startoftext|>` and `<|endoftext|>`; also Hugging Face's.
        case openAI
        /// `<start_of_text>` and `<end_of_text>`.
        case openCLIP
    }

    /// Room for start and end.
    static let leastContext = 2

    /// The tokens and the merges that lead to them.
    public let vocabulary: Vocabulary
    /// Tokens of a text at most, start and end included.
    public let contextLength: Int
    private let encoder: BytePairEncoder
    private let splitter: TextSplitter

    /// - Parameters:
    ///   - vocabulary: of the weights.
    ///   - contextLength: tokens of a text at most, start and end included.
    ///   - marks: how start and end are written inside a text.
    /// - Precondition: room for start and end.
    public init(vocabulary: Vocabulary, contextLength: Int = 77, marks: Marks = .openAI) {
        require(
            contextLength >= Self.leastContext,
            "CLIPTokenizer: a context of \(contextLength) has no room for start and end")
        self.vocabulary = vocabulary
        self.contextLength = contextLength
        encoder = BytePairEncoder(vocabulary: vocabulary)
        splitter = TextSplitter(marks: marks)
    }

    /// The tokens of a text between the start and the end token, as many as there are.
    public func encode(_ text: String) -> [Int] {
        splitter.pieces(of: TextNormalizer.normalized(text)).flatMap(tokens)
    }

    /// Start token, text, end token; not padded.
    ///
    /// - Parameters:
    ///   - text: any text.
    ///   - truncate: cut a text that is too long and end it with the end token, instead of refusing it.
    /// - Returns: `contextLength` tokens at most.
    /// - Throws: `TokenizerError.tooLong`.
    public func tokens(for text: String, truncate: Bool = false) throws(TokenizerError) -> [Int] {
        let inner = encode(text)
        let room = contextLength - 2
        if inner.count > room && !truncate {
            throw .tooLong(tokens: inner.count + 2, limit: contextLength, fitting: fittingText(text, room: room))
        }
        return [vocabulary.startToken] + inner.prefix(room) + [vocabulary.endToken]
    }

    /// The longest run of whole pieces from the start that fits, in normalised form.
    private func fittingText(_ text: String, room: Int) -> String {
        var used = 0
        var fitting = ""
        let normalized = TextNormalizer.normalized(text)
        var rest = normalized[...]
        for piece in splitter.pieces(of: normalized) {
            used += tokens(of: piece).count
            if used > room { break }
            let spelled = spelling(piece)
            guard let place = rest.firstRange(of: spelled) else { break }
            fitting += rest[..<place.upperBound]
            rest = rest[place.upperBound...]
        }
        return fitting
    }

    private func tokens(of piece: TextSplitter.Piece) -> [Int] {
        switch piece {
        case .text(let text): encoder.tokens(for: text.utf8)
        case .startMark: [vocabulary.startToken]
        case .endMark: [vocabulary.endToken]
        }
    }

    private func spelling(_ piece: TextSplitter.Piece) -> String {
        switch piece {
        case .text(let text): text
        case .startMark: String(String.UnicodeScalarView(splitter.startMark))
        case .endMark: String(String.UnicodeScalarView(splitter.endMark))
        }
    }
}

/// What can be wrong with a text.
public enum TokenizerError: Error, Hashable, Sendable {
    /// More tokens than the context holds, start and end included; `fitting` is the part from the start that fits.
    case tooLong(tokens: Int, limit: Int, fitting: String)
}

extension TokenizerError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .tooLong(let tokens, let limit, let fitting):
            "the text has \(tokens) tokens and the model takes \(limit): shorten it; what fits ends with "
                + "\"\(fitting.count > 40 ? "..." : "")\(fitting.suffix(40))\""
        }
    }
}
