/// Repairs UTF-8 in which some bytes were changed.
enum LossyBytes {
    /// The values that one byte of a pattern may have.
    private typealias Place = [ClosedRange<UInt8>]

    /// Puts A0 back where it became a space, when that completes a likely character.
    static func restoringSpaces(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(where: { $0 >= 0xC2 }) else { return bytes }
        return replaced(restoringWords(bytes), altered) { $0.map { $0 == space ? 0xA0 : $0 } }
    }

    /// Puts U+FFFD for each character of which a byte was lost. A lost byte stands as 1A, sometimes as a question mark.
    static func replacingLosses(_ bytes: [UInt8]) -> [UInt8] {
        replaced(bytes, lossy) { _ in [0xEF, 0xBF, 0xBD] }
    }

    /// "à" as a word of its own keeps the space behind it; before the rest of some Portuguese words it does not.
    private static func restoringWords(_ bytes: [UInt8]) -> [UInt8] {
        let continuations = [" ", "quele", "quela", "quilo", "s "].map { Array($0.utf8) }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let rest = bytes[index...]
            if rest.starts(with: [0xC3, space]), !continuations.contains(where: { rest.dropFirst(2).starts(with: $0) })
            {
                result += [0xC3, 0xA0, space]
                index += 2
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    /// Replaces every match of the first pattern that fits, from left to right.
    private static func replaced(
        _ bytes: [UInt8], _ patterns: [[Place]], _ replacement: (ArraySlice<UInt8>) -> [UInt8]
    ) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let match = patterns.first { pattern in
                index + pattern.count <= bytes.count
                    && pattern.indices.allSatisfy { place in
                        pattern[place].contains { $0.contains(bytes[index + place]) }
                    }
            }
            if let match {
                result += replacement(bytes[index..<index + match.count])
                index += match.count
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    // MARK: The patterns

    private static let space: UInt8 = 0x20
    private static let blank: Place = [0x20...0x20]
    private static let continuation: Place = [0x80...0xBF]
    /// Without 85, which is an ellipsis, and A0 itself.
    private static let likely: Place = [0x80...0x84, 0x86...0x9F, 0xA1...0xBF]
    private static let lost: Place = [0x1A...0x1A]
    private static let lostOrAsked: Place = [0x1A...0x1A, 0x3F...0x3F]
    private static let lostOrThere: Place = [0x1A...0x1A, 0x80...0xBF]
    private static let first3: Place = [0xE0...0xEF]
    private static let first4: Place = [0xF0...0xF4]

    private static let altered: [[Place]] = [
        [[0xC2...0xC3, 0xC5...0xC5, 0xCE...0xCE, 0xD0...0xD0, 0xD9...0xD9], blank],
        [[0xE2...0xE3], blank, likely],
        [[0xE0...0xE3], likely, blank],
        [[0xF0...0xF0], blank, continuation, continuation],
        [[0xF0...0xF0], continuation, blank, continuation],
        [[0xF0...0xF0], continuation, continuation, blank],
    ]

    private static let lossy: [[Place]] = [
        [[0xC2...0xDF], lost],
        [[0xC2...0xC3], [0x3F...0x3F]],
        [
            [0xED...0xED], [0xA0...0xAF], lostOrAsked, [0xED...0xED], [0xB0...0xBF],
            [0x1A...0x1A, 0x3F...0x3F, 0x80...0xBF],
        ],
        [
            [0xED...0xED], [0xA0...0xAF], [0x1A...0x1A, 0x3F...0x3F, 0x80...0xBF], [0xED...0xED], [0xB0...0xBF],
            lostOrAsked,
        ],
        [first3, lostOrAsked, lostOrThere],
        [first3, lostOrThere, lostOrAsked],
        [first4, lostOrAsked, lostOrThere, lostOrThere],
        [first4, lostOrThere, lostOrAsked, lostOrThere],
        [first4, lostOrThere, lostOrThere, lostOrAsked],
        [lost],
    ]
}
