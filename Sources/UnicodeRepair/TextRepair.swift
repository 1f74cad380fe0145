/// ftfy's `fix_text` with its default settings: wrongly decoded text decoded again, HTML references resolved, ligatures
/// and wide characters taken apart, quotation marks straightened, line breaks made one kind, terminal escapes and control
/// characters removed, letters composed with their marks.
package enum TextRepair {
    private static let longestSegment = 1_000_000

    package static func repaired(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        if text.allSatisfy({ (0x20..<0x7F).contains($0.value) && $0 != "&" }) { return text }
        var result: [Unicode.Scalar] = []
        var start = 0
        var unescapes = true
        // Line by line; from the first line with a "<" on, the text is taken for HTML and its references stay.
        while start < text.count {
            let lineEnd = text[start...].firstIndex(of: "\n").map { $0 + 1 } ?? text.count
            let end = min(lineEnd, start + longestSegment)
            let segment = Array(text[start..<end])
            unescapes = unescapes && !segment.contains("<")
            result += repaired(segment: segment, unescapes: unescapes)
            start = end
        }
        return result
    }

    /// Repeats until nothing changes, since one repair can make another possible.
    private static func repaired(segment: [Unicode.Scalar], unescapes: Bool) -> [Unicode.Scalar] {
        var text = segment
        while true {
            var next = unescapes ? HTMLEntities.unescapedStrictly(text) : text
            next = MojibakeRepair.withoutControls(MojibakeRepair.repaired(next))
            next = simplified(next)
            next = withoutControls(withoutTerminalEscapes(withUnixLineBreaks(next)))
            next = CanonicalComposition.composed(next)
            if next == text { return text }
            text = next
        }
    }

    /// Ligatures, wide and narrow forms, quotation marks.
    private static func simplified(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        guard text.contains(where: { $0.value >= 0x132 }) else { return text }
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        for scalar in text {
            switch scalar.value {
            case 0x02BC, 0x2018...0x201B: result.append("'")
            case 0x201C...0x201F: result.append("\"")
            case 0x3000: result.append(" ")
            case 0xFF01...0xFF5E: result.append(Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar)
            default: result += simpleForms[scalar] ?? [scalar]
            }
        }
        return result
    }

    private static func withUnixLineBreaks(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        guard text.contains(where: { ["\r", "\u{85}", "\u{2028}", "\u{2029}"].contains($0) }) else { return text }
        var result: [Unicode.Scalar] = []
        for (index, scalar) in text.enumerated() {
            switch scalar {
            case "\n" where index > 0 && text[index - 1] == "\r": continue
            case "\r", "\u{85}", "\u{2028}", "\u{2029}": result.append("\n")
            default: result.append(scalar)
            }
        }
        return result
    }

    /// `ESC [`, digits and semicolons, a letter.
    private static func withoutTerminalEscapes(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        guard text.contains("\u{1B}") else { return text }
        var result: [Unicode.Scalar] = []
        var index = 0
        while index < text.count {
            let rest = text[index...]
            if rest.starts(with: ["\u{1B}", "["]) {
                let numbers = rest.dropFirst(2).prefix {
                    $0 == ";" || $0.properties.generalCategory == .decimalNumber
                }
                if let letter = rest.dropFirst(2 + numbers.count).first, letter.isASCII, letter.properties.isAlphabetic
                {
                    index += numbers.count + 3
                    continue
                }
            }
            result.append(text[index])
            index += 1
        }
        return result
    }

    private static func withoutControls(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        text.filter { scalar in
            switch scalar.value {
            case 0x00...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFC: false
            default: true
            }
        }
    }

    private static let simpleForms: [Unicode.Scalar: [Unicode.Scalar]] = {
        let ligatures: [Unicode.Scalar: String] = [
            "\u{132}": "IJ", "\u{133}": "ij", "\u{149}": "'n", "\u{1C4}": "D\u{17D}", "\u{1C5}": "D\u{17E}",
            "\u{1C6}": "d\u{17E}", "\u{1C7}": "LJ", "\u{1C8}": "Lj", "\u{1C9}": "lj", "\u{1CA}": "NJ", "\u{1CB}": "Nj",
            "\u{1CC}": "nj", "\u{1F1}": "DZ", "\u{1F2}": "Dz", "\u{1F3}": "dz", "\u{FB00}": "ff", "\u{FB01}": "fi",
            "\u{FB02}": "fl", "\u{FB03}": "ffi", "\u{FB04}": "ffl", "\u{FB05}": "\u{17F}t", "\u{FB06}": "st",
        ]
        var forms = ligatures.mapValues { Array($0.unicodeScalars) }
        for word in TableReader.words(WidthTable.forms) {
            let (key, value) = TableReader.entry(word)
            if let form = TableReader.characters(key).first { forms[form] = TableReader.characters(value) }
        }
        return forms
    }()
}
