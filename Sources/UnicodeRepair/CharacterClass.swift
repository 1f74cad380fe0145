/// What a character is taken for when wrongly decoded text is looked for. A character may belong to several classes.
struct CharacterClass: OptionSet, Sendable {
    let rawValue: UInt32

    /// In many contexts, with or without damage.
    static let common = CharacterClass(rawValue: 1 << 0)
    /// U+0080 to U+009F, which nobody writes.
    static let control = CharacterClass(rawValue: 1 << 1)
    /// Nearly always damage.
    static let bad = CharacterClass(rawValue: 1 << 2)
    static let law = CharacterClass(rawValue: 1 << 3)
    static let currency = CharacterClass(rawValue: 1 << 4)
    static let opening = CharacterClass(rawValue: 1 << 5)
    static let closing = CharacterClass(rawValue: 1 << 6)
    static let numeric = CharacterClass(rawValue: 1 << 7)
    /// Letters and signs that emoticons are made of.
    static let face = CharacterClass(rawValue: 1 << 8)
    static let upperAccented = CharacterClass(rawValue: 1 << 9)
    static let lowerAccented = CharacterClass(rawValue: 1 << 10)
    static let upperCommon = CharacterClass(rawValue: 1 << 11)
    static let lowerCommon = CharacterClass(rawValue: 1 << 12)
    static let box = CharacterClass(rawValue: 1 << 13)
    static let lowerASCII = CharacterClass(rawValue: 1 << 14)
    static let upperASCII = CharacterClass(rawValue: 1 << 15)
    static let space = CharacterClass(rawValue: 1 << 16)
    /// Letters, numbers and the underscore.
    static let word = CharacterClass(rawValue: 1 << 17)

    /// All classes that stand in the table, which knows no ASCII.
    static let listed = CharacterClass(rawValue: (1 << 14) - 1)

    init(rawValue: UInt32) { self.rawValue = rawValue }

    init(of scalar: Unicode.Scalar) {
        switch scalar {
        case "a"..."z": self = [.lowerASCII, .word]
        case "A"..."Z": self = [.upperASCII, .word]
        case "0"..."9", "_": self = .word
        case _ where scalar.isASCII: self = scalar.isPythonSpace ? .space : []
        default:
            var result = Self.table[scalar] ?? []
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
                .letterNumber, .otherNumber:
                result.formUnion(.word)
            default: if scalar.isPythonSpace { result.formUnion(.space) }
            }
            self = result
        }
    }

    private static let table: [Unicode.Scalar: CharacterClass] = {
        let classes: [(CharacterClass, String)] = [
            (.common, CharacterClassTable.common), (.control, CharacterClassTable.control),
            (.bad, CharacterClassTable.bad), (.law, CharacterClassTable.law),
            (.currency, CharacterClassTable.currency), (.opening, CharacterClassTable.opening),
            (.closing, CharacterClassTable.closing), (.numeric, CharacterClassTable.numeric),
            (.face, CharacterClassTable.face), (.upperAccented, CharacterClassTable.upperAccented),
            (.lowerAccented, CharacterClassTable.lowerAccented), (.upperCommon, CharacterClassTable.upperCommon),
            (.lowerCommon, CharacterClassTable.lowerCommon), (.box, CharacterClassTable.box),
        ]
        var table: [Unicode.Scalar: CharacterClass] = [:]
        for (kind, words) in classes {
            for scalar in TableReader.words(words).flatMap(TableReader.range) {
                table[scalar, default: []].formUnion(kind)
            }
        }
        return table
    }()
}
