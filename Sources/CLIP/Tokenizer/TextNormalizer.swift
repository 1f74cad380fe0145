/// Text as the tokenizer's merges expect it: HTML entities resolved twice, white space collapsed, lower case.
///
/// The reference first repairs text with ftfy. Of that, `TextRepair` does what correct text can need; wrongly decoded
/// text (such as "Ã©" for "é") is left as it is, where the reference guesses what was meant.
enum TextNormalizer {
    static func normalized(_ text: String) -> String {
        let unescaped = HTMLEntities.unescaped(HTMLEntities.unescaped(TextRepair.repaired(text)))
        return lowercased(collapsed(unescaped.unicodeScalars))
    }

    /// Runs of white space as one space, none at the ends.
    private static func collapsed(_ scalars: String.UnicodeScalarView) -> String.UnicodeScalarView {
        var result = String.UnicodeScalarView()
        var isPending = false
        for scalar in scalars {
            if isSpace(scalar) {
                isPending = !result.isEmpty
            } else {
                if isPending { result.append(" ") }
                isPending = false
                result.append(scalar)
            }
        }
        return result
    }

    /// What Python's `str.split` takes for white space: Unicode's property and the four information separators.
    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
    }

    /// Unicode's full lower-case mapping, with the form of sigma that ends a word, as Python's `str.lower`.
    private static func lowercased(_ scalars: String.UnicodeScalarView) -> String {
        let all = Array(scalars)
        var result = ""
        for (index, scalar) in all.enumerated() {
            if scalar == "\u{3A3}" {
                result.unicodeScalars.append(isFinalSigma(all, at: index) ? "\u{3C2}" : "\u{3C3}")
            } else {
                result.unicodeScalars.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return result
    }

    /// Unicode 3.13, Final_Sigma: a cased letter before it and none after it, case-ignorable characters skipped.
    private static func isFinalSigma(_ scalars: [Unicode.Scalar], at index: Int) -> Bool {
        let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
        let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        return before?.properties.isCased == true && after?.properties.isCased != true
    }
}
