/// Letters with combining marks as single characters where Unicode has one (NFC), so that text typed or stored in the
/// decomposed form gives the same tokens.
///
/// Only text with combining marks is touched; characters that NFC would replace on their own, such as the ohm sign,
/// stay.
enum CanonicalComposition {
    static func composed(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.canonicalCombiningClass != .notReordered }) else {
            return text
        }
        var result = String.UnicodeScalarView()
        for character in text {
            var rest = Array(character.unicodeScalars)[...]
            // A prefix of the marks may have a composed form where all of them together have none.
            for length in stride(from: rest.count, through: 2, by: -1) {
                if let whole = composites[String(String.UnicodeScalarView(rest.prefix(length)))] {
                    result.append(whole)
                    rest = rest.dropFirst(length)
                    break
                }
            }
            result.append(contentsOf: rest)
        }
        return String(result)
    }

    /// Composed characters of the scripts that have them, found by the decomposed form: Swift's strings are equal, and
    /// hash alike, when they are canonically equivalent.
    private static let composites: [String: Unicode.Scalar] = {
        var composites: [String: Unicode.Scalar] = [:]
        for range in [0xC0...0x1FFF, 0x2190...0x22FF, 0x3040...0x30FF] as [ClosedRange<UInt32>] {
            for value in range {
                guard let scalar = Unicode.Scalar(value), !scalar.properties.isFullCompositionExclusion else {
                    continue
                }
                composites[String(Character(scalar))] = scalar
            }
        }
        return composites
    }()
}
