/// The part of ftfy's `fix_text` that well-decoded text can need: straight quotation marks, Latin ligatures and
/// full-width characters taken apart, control characters removed, letters composed with their marks.
///
/// Not done: the repair of wrongly decoded text.
enum TextRepair {
    static func repaired(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x00...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFC:
                continue
            case 0x02BC, 0x2018...0x201B:
                result.append("'")
            case 0x201C...0x201F:
                result.append("\"")
            case 0x0132, 0x0133, 0x0149, 0x01C4...0x01CC, 0x01F1...0x01F3, 0xFB00...0xFB06:
                result.append(contentsOf: (ligatures[scalar] ?? "").unicodeScalars)
            case 0x3000:
                result.append(" ")
            case 0xFF01...0xFF5E:
                result.append(Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar)
            default:
                result.append(scalar)
            }
        }
        return CanonicalComposition.composed(String(result))
    }

    private static let ligatures: [Unicode.Scalar: String] = [
        "\u{132}": "IJ", "\u{133}": "ij", "\u{149}": "'n", "\u{1C4}": "D\u{17D}", "\u{1C5}": "D\u{17E}",
        "\u{1C6}": "d\u{17E}", "\u{1C7}": "LJ", "\u{1C8}": "Lj", "\u{1C9}": "lj", "\u{1CA}": "NJ", "\u{1CB}": "Nj",
        "\u{1CC}": "nj", "\u{1F1}": "DZ", "\u{1F2}": "Dz", "\u{1F3}": "dz", "\u{FB00}": "ff", "\u{FB01}": "fi",
        "\u{FB02}": "fl", "\u{FB03}": "ffi", "\u{FB04}": "ffl", "\u{FB05}": "\u{17F}t", "\u{FB06}": "st",
    ]
}
