import UnicodeRepair

/// Cuts normalised text into the pieces that are encoded on their own.
///
/// The rule of the reference, tried in this order at every place: a start or end mark; one of `'s 't 're 've 'm 'll 'd`;
/// letters; one number character; anything else but white space. Letters and numbers are Unicode's categories L and N.
struct TextSplitter: Sendable {
    enum Piece: Hashable, Sendable {
        case text(String)
        /// The mark that stands for the start token.
        case startMark
        /// The mark that stands for the end token.
        case endMark
    }

    let startMark: [Unicode.Scalar]
    let endMark: [Unicode.Scalar]

    init(marks: CLIPTokenizer.Marks) {
        let (start, end) =
            switch marks {
            case .openAI: ("<|startoftext|>", "<|endoftext|>")
            case .openCLIP: ("<start_of_text>", "<end_of_text>")
            }
        startMark = Array(start.unicodeScalars)
        endMark = Array(end.unicodeScalars)
    }

    private static let contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"].map { Array($0.unicodeScalars) }

    func pieces(of text: String) -> [Piece] {
        let scalars = Array(text.unicodeScalars)
        var pieces: [Piece] = []
        var index = 0
        while index < scalars.count {
            let rest = scalars[index...]
            if rest.starts(with: startMark) {
                pieces.append(.startMark)
                index += startMark.count
                continue
            }
            if rest.starts(with: endMark) {
                pieces.append(.endMark)
                index += endMark.count
                continue
            }
            let length = Self.length(ofPieceAt: rest)
            if length > 0 { pieces.append(.text(String(String.UnicodeScalarView(rest.prefix(length))))) }
            index += max(length, 1)
        }
        return pieces
    }

    /// 0 for white space.
    private static func length(ofPieceAt rest: ArraySlice<Unicode.Scalar>) -> Int {
        guard let first = rest.first else { return 0 }
        if first == "'", let contraction = contractions.first(where: { matches(rest, $0) }) { return contraction.count }
        switch kind(first) {
        case .space: return 0
        case .number: return 1
        case let kind: return rest.prefix { self.kind($0) == kind }.count
        }
    }

    /// The reference compares contractions without regard to case; of lower-case text only the long s differs there.
    private static func matches(_ rest: ArraySlice<Unicode.Scalar>, _ contraction: [Unicode.Scalar]) -> Bool {
        rest.count >= contraction.count
            && zip(rest, contraction).allSatisfy { $0 == $1 || ($0 == "\u{17F}" && $1 == "s") }
    }

    private enum Kind {
        case letter
        case number
        case space
        case other
    }

    private static func kind(_ scalar: Unicode.Scalar) -> Kind {
        // The iota below a letter is no letter, yet some of its case variants are: compared without regard to case, the
        // reference's rule for letters does not take it, and its rule for other characters does not either.
        if scalar == "\u{345}" { return .space }
        return switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: .letter
        case .decimalNumber, .letterNumber, .otherNumber: .number
        default: scalar.isPythonSpace ? .space : .other
        }
    }
}
