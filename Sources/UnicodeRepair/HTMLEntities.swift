/// Character references of HTML 5, resolved as Python's `html.unescape` and as ftfy do: decimal and hexadecimal numbers,
/// and all names.
package enum HTMLEntities {
    /// As `html.unescape`: semicolons may be missing behind numbers and the older names, the longest name first.
    package static func unescaped(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        replaced(text) { reference($0) }
    }

    /// As ftfy: only what ends in a semicolon, and also names that were put in upper case.
    static func unescapedStrictly(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        replaced(text) { rest in
            let isNumber = rest.first == "#"
            let body = isNumber ? rest.dropFirst() : rest
            let inner = body.prefix { $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0)) }
            guard (1...24).contains(inner.count), body.dropFirst(inner.count).first == ";" else { return nil }
            let length = (isNumber ? 1 : 0) + inner.count + 1
            if isNumber {
                guard let found = number(body), found.length == length, !found.replacement.contains(";") else {
                    return nil
                }
                return found
            }
            let name = String(String.UnicodeScalarView(inner))
            return (names[name]?.characters ?? upperCaseNames[name]).map { ($0, length) }
        }
    }

    private typealias Reference = (replacement: [Unicode.Scalar], length: Int)

    private static func replaced(
        _ text: [Unicode.Scalar], _ reference: (ArraySlice<Unicode.Scalar>) -> Reference?
    ) -> [Unicode.Scalar] {
        guard text.contains("&") else { return text }
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            if text[index] == "&", let found = reference(text[(index + 1)...]) {
                result += found.replacement
                index += 1 + found.length
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }

    /// What a reference stands for and how many characters it takes behind the ampersand; nil when there is none.
    private static func reference(_ rest: ArraySlice<Unicode.Scalar>) -> Reference? {
        rest.first == "#" ? number(rest.dropFirst()) : name(rest)
    }

    private static func number(_ rest: ArraySlice<Unicode.Scalar>) -> Reference? {
        let isHexadecimal = rest.first == "x" || rest.first == "X"
        let body = isHexadecimal ? rest.dropFirst() : rest
        let digits = body.prefix { digit($0, isHexadecimal) != nil }
        guard !digits.isEmpty else { return nil }
        var value: UInt32 = 0
        for scalar in digits {
            // Any larger value is out of range as well.
            value = min(value, 0x0FFF_FFFF) * (isHexadecimal ? 16 : 10) + (digit(scalar, isHexadecimal) ?? 0)
        }
        let ends = body.dropFirst(digits.count).first == ";"
        return (replacement(value), 1 + (isHexadecimal ? 1 : 0) + digits.count + (ends ? 1 : 0))
    }

    private static func digit(_ scalar: Unicode.Scalar, _ isHexadecimal: Bool) -> UInt32? {
        switch scalar {
        case "0"..."9": scalar.value - 0x30
        case "a"..."f" where isHexadecimal: scalar.value - 0x61 + 10
        case "A"..."F" where isHexadecimal: scalar.value - 0x41 + 10
        default: nil
        }
    }

    /// The character of a number, by the rules of HTML 5: numbers of Windows-1252's range are read so, numbers that are
    /// no character are dropped or replaced.
    private static func replacement(_ value: UInt32) -> [Unicode.Scalar] {
        if let mapped = windows1252[value] { return [mapped] }
        if value == 0 || value > 0x10FFFF || (0xD800...0xDFFF).contains(value) { return ["\u{FFFD}"] }
        let isDropped =
            (0x01...0x08).contains(value) || value == 0x0B || (0x0E...0x1F).contains(value)
            || (0x7F...0x9F).contains(value) || (0xFDD0...0xFDEF).contains(value) || value & 0xFFFE == 0xFFFE
        guard !isDropped, let scalar = Unicode.Scalar(value) else { return [] }
        return [scalar]
    }

    private static func name(_ rest: ArraySlice<Unicode.Scalar>) -> Reference? {
        let spelled = Array(rest.prefix(longestSpelling).prefix { !"\t\n\u{C} <&#;".unicodeScalars.contains($0) })
        if rest.dropFirst(spelled.count).first == ";", let found = names[string(spelled[...])] {
            return (found.characters, spelled.count + 1)
        }
        for length in stride(from: min(spelled.count, longestBareName), through: 2, by: -1) {
            if let found = names[string(spelled.prefix(length))], found.isBare { return (found.characters, length) }
        }
        return nil
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(scalars))
    }

    /// Python looks at no more characters behind an ampersand.
    private static let longestSpelling = 32

    private static let names: [String: (characters: [Unicode.Scalar], isBare: Bool)] = {
        var names: [String: (characters: [Unicode.Scalar], isBare: Bool)] = [:]
        for word in TableReader.words(HTMLEntityTable.names) {
            let isBare = word.first == "*"
            let (key, value) = TableReader.entry(isBare ? word.dropFirst() : word)
            names[String(key)] = (TableReader.characters(value), isBare)
        }
        return names
    }()

    private static let longestBareName = names.filter(\.value.isBare).map(\.key.utf8.count).max() ?? 0

    /// Lower-case names that were put in upper case, where that is no reference of its own.
    private static let upperCaseNames: [String: [Unicode.Scalar]] = {
        var result: [String: [Unicode.Scalar]] = [:]
        for (name, found) in names where name == name.lowercased() {
            let upper = name.uppercased()
            let reference = Array("&\(upper);".unicodeScalars)
            guard unescaped(reference) == reference else { continue }
            result[upper] = found.characters.flatMap { Array($0.properties.uppercaseMapping.unicodeScalars) }
        }
        return result
    }()

    /// The numbers of Windows-1252's characters, which HTML takes for those characters, and the carriage return.
    private static let windows1252: [UInt32: Unicode.Scalar] = {
        var result: [UInt32: Unicode.Scalar] = [0xD: "\r"]
        for (value, character) in zip(UInt32(0x80)...0x9F, SingleByteEncoding.windows1252.upperHalf) {
            result[value] = character
        }
        return result
    }()
}
