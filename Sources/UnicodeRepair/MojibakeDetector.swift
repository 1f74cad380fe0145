/// Whether text holds a sequence of characters that hardly anybody writes, and that UTF-8 read in another encoding is
/// full of, such as a small accented letter before a currency sign.
///
/// The sequences are those of ftfy's `badness`; only whether there is one counts.
enum MojibakeDetector {
    /// One character of a sequence: of a class, or one of a few, or none of a class.
    private struct Place: Sendable {
        var classes: CharacterClass = []
        var characters: Set<Unicode.Scalar> = []
        /// Any character but those of `classes`.
        var isNegated = false

        init(_ classes: CharacterClass, _ characters: String = "") {
            self.classes = classes
            self.characters = Set(characters.unicodeScalars)
        }

        init(_ characters: String) { self.init([], characters) }

        /// Any character that is not of `classes`.
        init(not classes: CharacterClass) {
            self.classes = classes
            isNegated = true
        }

        func matches(_ scalar: Unicode.Scalar, _ kind: CharacterClass) -> Bool {
            isNegated ? kind.isDisjoint(with: classes) : !kind.isDisjoint(with: classes) || characters.contains(scalar)
        }
    }

    static func isSuspicious(_ text: [Unicode.Scalar]) -> Bool {
        let kinds = text.map(CharacterClass.init(of:))
        func holds(_ rule: [Place], at start: Int) -> Bool {
            guard start + rule.count <= text.count else { return false }
            for (offset, place) in rule.enumerated()
            where !place.matches(text[start + offset], kinds[start + offset]) {
                return false
            }
            return true
        }
        if rulesAtStart.contains(where: { holds($0, at: 0) }) { return true }
        // Every sequence has a character of the table among its first three.
        var nearestListed = text.count + 3
        for start in stride(from: text.count - 1, through: 0, by: -1) {
            if !kinds[start].isDisjoint(with: .listed) { nearestListed = start }
            if nearestListed - start > 2 { continue }
            if rules.contains(where: { holds($0, at: start) }) { return true }
        }
        return false
    }

    // MARK: The sequences

    private static let accented: CharacterClass = [.lowerAccented, .upperAccented]
    private static let latin: CharacterClass = [.lowerASCII, .upperASCII]
    private static let signs: CharacterClass = [.opening, .closing, .currency, .numeric, .law]
    /// What the second byte of an Arabic letter looks like.
    private static let arabic = Place(
        [.common, .currency, .bad, .numeric, .opening], "\u{178}\u{160}\u{AE}\u{B0}\u{B5}\u{BB}")
    private static let cyrillic = Place("\u{412}\u{413}\u{420}\u{421}")
    private static let greek = Place("\u{392}\u{393}\u{39E}\u{39F}")

    private static let rules: [[Place]] = general + western + macRoman + eastern

    private static let rulesAtStart: [[Place]] = [[Place("ÃÂ"), Place(" ")]]

    /// Classes of characters that do not stand side by side.
    private static let general: [[Place]] = [
        [Place(.control)],
        [Place([accented, .box, signs, .bad]), Place(.bad)],
        [Place(latin), Place([.lowerCommon, .upperCommon]), Place(.bad)],
        [Place(.bad), Place([accented, .box, signs])],
        [Place([.lowerAccented, .lowerCommon, .box, .closing, .currency, .numeric]), Place(.upperAccented)],
        [Place([.box, .closing, .currency, .numeric]), Place(.lowerAccented)],
        [Place([.lowerAccented, .box, .closing]), Place(.currency)],
        [Place(.space), Place(.upperAccented), Place(.currency)],
        [Place([.upperAccented, .box]), Place([.numeric, .law])],
        [Place([accented, .box, .currency, .closing]), Place(.opening), Place(.numeric)],
        [Place([accented, .currency, .numeric, .box, .law]), Place(.closing), Place(.opening)],
        [Place([.currency, .numeric, .box]), Place(.opening)],
        [Place(.lowerASCII), Place(.upperAccented), Place([.opening, .currency])],
        [Place(.box), Place(.face)],
        [Place([accented, signs]), Place(.box)],
        [Place(.box), Place(.closing)],
        [Place(accented), Place([.opening, .closing]), Place(.word)],
        [Place("\u{152}\u{153}"), Place(not: latin)],
        [Place(.upperAccented), Place("°")],
    ]

    /// Windows-1252.
    private static let western: [[Place]] = [
        [
            Place("ÂÃÎÐ"),
            Place([.opening, .closing], "€œŠš¢£Ÿž\u{A0}\u{AD}®©°·»\u{2013}\u{2014}\u{B4}"),
        ],
        [Place("×"), Place("²³")],
        [Place("ØÙ"), arabic, Place("ØÙ"), arabic],
        [Place("à"), Place("²µ¹¼½¾")],
        [Place("Ã"), Place("\u{A0}¡")],
        [Place(.lowerASCII), Place("ÃÂ"), Place(" ")],
        [Place(.lowerASCII), Place(.space), Place("ÃÂ"), Place(" ")],
        [Place([.lowerASCII, .closing], ".,?!"), Place("Â"), Place([.opening, .closing], " ")],
    ]

    private static let macRoman: [[Place]] = [
        [Place("√"), Place("±∂†≠®™´≤≥¥µø")],
        [Place("≈"), Place("°¢")],
        [Place("\u{201A}"), Place("Ä"), Place("ìîïòôúùû†°¢π")],
        [Place("\u{201A}"), Place("âó"), Place("àä°ê")],
    ]

    /// Windows-1251, 1253 and 1257.
    private static let eastern: [[Place]] = [
        [Place("в"), Place("Ђ")],
        [cyrillic, Place([.control, .bad, .opening, .closing, .currency], "°µ"), cyrillic],
        [
            Place("Г"), Place("ў"), Place("В"), Place("Ђ"), Place("В"), Place(not: []),
            Place(latin, " "),
        ],
        [Place("β"), Place("€"), Place("™\u{A0}Ά\u{AD}®°")],
        [greek, Place([.control, .bad, .opening, .closing, .currency], "°"), greek],
        [Place("ā"), Place("€")],
    ]
}
