/// Unicode's normalisation form C (UAX 15): characters taken apart, their marks put in order, and put together again.
enum CanonicalComposition {
    private struct Pair: Hashable {
        var first: Unicode.Scalar
        var second: Unicode.Scalar
    }

    static func composed(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        // No character below the first combining mark changes, or changes another.
        guard text.contains(where: { $0.value >= 0x300 }) else { return text }
        var parts: [Unicode.Scalar] = []
        parts.reserveCapacity(text.count)
        for scalar in text { appendDecomposition(of: scalar, to: &parts) }
        sortMarks(&parts)
        return recomposed(parts)
    }

    private static func appendDecomposition(of scalar: Unicode.Scalar, to parts: inout [Unicode.Scalar]) {
        if let step = decompositions[scalar] {
            for part in step { appendDecomposition(of: part, to: &parts) }
        } else if let syllable = Hangul.decomposition(of: scalar) {
            parts += syllable
        } else {
            parts.append(scalar)
        }
    }

    /// Marks of one base by their class; those of one class stay in order.
    private static func sortMarks(_ parts: inout [Unicode.Scalar]) {
        var start = 0
        while start < parts.count {
            guard combiningClass(parts[start]) != 0 else {
                start += 1
                continue
            }
            let end = parts[start...].firstIndex { combiningClass($0) == 0 } ?? parts.count
            let marks = parts[start..<end].enumerated().sorted {
                (combiningClass($0.element), $0.offset) < (combiningClass($1.element), $1.offset)
            }
            parts.replaceSubrange(start..<end, with: marks.map(\.element))
            start = end
        }
    }

    private static func recomposed(_ parts: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(parts.count)
        var starter: Int?
        var lastClass: UInt8 = 0
        for part in parts {
            let partClass = combiningClass(part)
            if let base = starter {
                // A mark of the same class, or a starter, stands between: the two do not touch.
                let isBlocked = base != result.count - 1 && (lastClass >= partClass || lastClass == 0)
                if !isBlocked, let whole = composite(result[base], part) {
                    result[base] = whole
                    continue
                }
            }
            if partClass == 0 { starter = result.count }
            lastClass = partClass
            result.append(part)
        }
        return result
    }

    private static func composite(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
        Hangul.composition(first, second) ?? composites[Pair(first: first, second: second)]
    }

    private static func combiningClass(_ scalar: Unicode.Scalar) -> UInt8 {
        scalar.value < 0x300 ? 0 : scalar.properties.canonicalCombiningClass.rawValue
    }

    // MARK: The table

    private static let entries = TableReader.words(CompositionTable.decompositions).map { word in
        let isExcluded = word.first == "!"
        let (key, value) = TableReader.entry(isExcluded ? word.dropFirst() : word)
        return (whole: TableReader.characters(key), parts: TableReader.characters(value), isExcluded: isExcluded)
    }

    private static let decompositions: [Unicode.Scalar: [Unicode.Scalar]] = {
        var result: [Unicode.Scalar: [Unicode.Scalar]] = [:]
        for entry in entries { if let whole = entry.whole.first { result[whole] = entry.parts } }
        return result
    }()

    private static let composites: [Pair: Unicode.Scalar] = {
        var result: [Pair: Unicode.Scalar] = [:]
        for entry in entries where !entry.isExcluded && entry.parts.count == 2 {
            result[Pair(first: entry.parts[0], second: entry.parts[1])] = entry.whole.first
        }
        return result
    }()
}

/// Korean syllables, which are composed by arithmetic (The Unicode Standard, 3.12).
private enum Hangul {
    private static let syllables: UInt32 = 0xAC00
    private static let syllableCount: UInt32 = 11_172
    private static let leading: UInt32 = 0x1100
    private static let vowel: UInt32 = 0x1161
    private static let trailing: UInt32 = 0x11A7
    private static let leadingCount: UInt32 = 19
    private static let vowelCount: UInt32 = 21
    private static let trailingCount: UInt32 = 28

    static func decomposition(of scalar: Unicode.Scalar) -> [Unicode.Scalar]? {
        guard (syllables..<syllables + syllableCount).contains(scalar.value) else { return nil }
        let index = scalar.value - syllables
        var values = [
            leading + index / (vowelCount * trailingCount),
            vowel + index % (vowelCount * trailingCount) / trailingCount,
        ]
        if index % trailingCount != 0 { values.append(trailing + index % trailingCount) }
        return values.compactMap(Unicode.Scalar.init)
    }

    static func composition(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
        let (first, second) = (first.value, second.value)
        if (leading..<leading + leadingCount).contains(first), (vowel..<vowel + vowelCount).contains(second) {
            return Unicode.Scalar(syllables + ((first - leading) * vowelCount + (second - vowel)) * trailingCount)
        }
        if (syllables..<syllables + syllableCount).contains(first), (first - syllables) % trailingCount == 0,
            (trailing + 1..<trailing + trailingCount).contains(second)
        {
            return Unicode.Scalar(first + second - trailing)
        }
        return nil
    }
}
