/// UTF-8 that was decoded in another encoding, decoded again as it was meant.
///
/// Does what ftfy's `fix_encoding` does: whole text where one encoding explains it, else the parts that look like it.
enum MojibakeRepair {
    /// Repeats until nothing changes: text may have been decoded wrongly more than once.
    static func repaired(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var text = text
        while true {
            let next = step(text)
            if next == text { return text }
            text = next
        }
    }

    /// C1 control characters as the characters that Windows-1252 has in their places.
    static func withoutControls(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        guard text.contains(where: { (0x80...0x9F).contains($0.value) }) else { return text }
        return text.map {
            (0x80...0x9F).contains($0.value) ? SingleByteEncoding.windows1252.upperHalf[Int($0.value) - 0x80] : $0
        }
    }

    private static func step(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        if text.allSatisfy(\.isASCII) || !MojibakeDetector.isSuspicious(text) { return text }
        for encoding in SingleByteEncoding.all {
            guard var bytes = encoding.encoded(text) else { continue }
            if encoding.restoresSpaces { bytes = LossyBytes.restoringSpaces(bytes) }
            if encoding.marksLosses { bytes = LossyBytes.replacingLosses(bytes) }
            if let decoded = decodedUTF8(bytes) { return decoded }
        }
        let partly = replacingParts(of: text)
        return partly == text ? withoutControls(text) : partly
    }

    /// UTF-8, where characters beyond the first plane may also be written as two surrogates, and U+0000 in two bytes, as
    /// some programs do; nil for anything else.
    private static func decodedUTF8(_ bytes: [UInt8]) -> [Unicode.Scalar]? {
        var standard: [UInt8] = []
        standard.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let rest = bytes[index...].prefix(6)
            if let scalar = surrogatePair(Array(rest)) {
                standard += Array(String(Character(scalar)).utf8)
                index += 6
            } else if rest.starts(with: [0xC0, 0x80]) {
                standard.append(0)
                index += 2
            } else {
                standard.append(bytes[index])
                index += 1
            }
        }
        return String(validating: standard, as: UTF8.self).map { Array($0.unicodeScalars) }
    }

    private static func surrogatePair(_ bytes: [UInt8]) -> Unicode.Scalar? {
        guard bytes.count == 6, bytes[0] == 0xED, bytes[3] == 0xED, (0xA0...0xAF).contains(bytes[1]),
            (0xB0...0xBF).contains(bytes[4]), (0x80...0xBF).contains(bytes[2]), (0x80...0xBF).contains(bytes[5])
        else { return nil }
        let high = UInt32(bytes[1] & 0x0F) << 16 | UInt32(bytes[2] & 0x3F) << 10
        let low = UInt32(bytes[4] & 0x0F) << 6 | UInt32(bytes[5] & 0x3F)
        return Unicode.Scalar(0x10000 + (high | low))
    }

    // MARK: Parts of a text

    /// Repairs each run of characters that could be UTF-8 in a relative of Latin-1, where it looks like damage on its own.
    private static func replacingParts(of text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            let length = index > 0 && plainContinuations.contains(text[index - 1]) ? 0 : runLength(text, from: index)
            if length == 0 {
                result.append(text[index])
                index += 1
                continue
            }
            let run = Array(text[index..<index + length])
            // A run that is the whole text is not repaired again: the recursion would not end.
            let isRepaired = length < text.count && MojibakeDetector.isSuspicious(run)
            result += isRepaired ? repaired(run) : run
            index += length
        }
        return result
    }

    private static func runLength(_ text: [Unicode.Scalar], from start: Int) -> Int {
        var end = start
        while end < text.count {
            let length =
                firstOf2.contains(text[end])
                ? 2 : firstOf3.contains(text[end]) ? 3 : firstOf4.contains(text[end]) ? 4 : 0
            guard length > 0, end + length <= text.count,
                text[end + 1..<end + length].allSatisfy({ continuations.contains($0) })
            else { break }
            end += length
        }
        return end - start
    }

    /// Every character that a byte of the range is in Latin-1 or one of its relatives.
    private static func characters(of bytes: ClosedRange<Int>) -> Set<Unicode.Scalar> {
        Set(SingleByteEncoding.likeLatin1.flatMap { $0.upperHalf[bytes.lowerBound - 0x80...bytes.upperBound - 0x80] })
    }

    private static let firstOf2 = characters(of: 0xC2...0xDF)
    private static let firstOf3 = characters(of: 0xE0...0xEF)
    /// Other first bytes lead to characters that do not exist.
    private static let firstOf4 = characters(of: 0xF0...0xF0).union(characters(of: 0xF3...0xF3))
    /// With the space, for the no-break space that often became one.
    private static let continuations = characters(of: 0x80...0xBF).union([" "])
    /// Without characters that often stand beside damaged ones and are meant as they are.
    private static let plainContinuations = characters(of: 0x80...0xBF).subtracting(
        "\u{2013}\u{2014}\u{2015}\u{2018}\u{2019}\u{201A}\u{201C}\u{201D}\u{201E}\u{2022}\u{2026}".unicodeScalars)
}
