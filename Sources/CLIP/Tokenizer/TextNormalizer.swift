import UnicodeRepair

/// Text as the tokenizer's merges expect it: repaired, HTML references resolved twice, white space collapsed, lower case.
enum TextNormalizer {
    static func normalized(_ text: String) -> String {
        let repaired = TextRepair.repaired(Array(text.unicodeScalars))
        let unescaped = HTMLEntities.unescaped(HTMLEntities.unescaped(repaired))
        return lowercased(collapsed(unescaped))
    }

    /// Runs of white space as one space, none at the ends.
    private static func collapsed(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        var isPending = false
        for scalar in scalars {
            if scalar.isPythonSpace {
                isPending = !result.isEmpty
            } else {
                if isPending { result.append(" ") }
                isPending = false
                result.append(scalar)
            }
        }
        return result
    }

    /// Unicode's full lower-case mapping, with the form of sigma that ends a word, as Python's `str.lower`.
    private static func lowercased(_ all: [Unicode.Scalar]) -> String {
        var result = ""
        for (index, scalar) in all.enumerated() {
            if scalar.isASCII {
                let isCapital = ("A"..."Z").contains(scalar)
                result.unicodeScalars.append(isCapital ? Unicode.Scalar(UInt8(scalar.value) + 32) : scalar)
            } else if scalar == "\u{3A3}" {
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
