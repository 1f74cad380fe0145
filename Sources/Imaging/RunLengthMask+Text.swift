// COCO's compressed form: each run as groups of five bits, one printable character a group.

extension RunLengthMask {
    /// The runs as pycocotools writes them into JSON: from the fourth run on as the difference to the run two before,
    /// signed, in groups of 5 bits from the lowest, bit 5 saying that another follows, 48 added to make it printable.
    ///
    /// **Matches:** `counts` of `pycocotools.mask.encode`.
    public var compressedCounts: String {
        var characters: [UInt8] = []
        for (index, count) in counts.enumerated() {
            var rest = index > 2 ? count - counts[index - 2] : count
            var isLast = false
            while !isLast {
                let group = UInt8(truncatingIfNeeded: rest & 0x1F)
                rest >>= 5
                // The highest bit of the last group is the sign.
                isLast = rest == (group & 0x10 == 0 ? 0 : -1)
                characters.append(group + (isLast ? 0 : 0x20) + 48)
            }
        }
        return String(decoding: characters, as: UTF8.self)
    }

    /// Reads ``compressedCounts``.
    ///
    /// - Throws: ``RunLengthError`` for a character that the form does not have, a number that is cut off or too long,
    ///   or runs that do not cover the picture exactly.
    public init(size: ImageSize, compressedCounts: String) throws(RunLengthError) {
        var counts: [Int] = []
        var number = 0
        var shift = 0
        for (place, character) in compressedCounts.utf8.enumerated() {
            guard character >= 48, character < 48 + 64 else {
                throw .unexpectedCharacter(character, byteOffset: place)
            }
            // No picture needs runs of more than 60 bits.
            guard shift < 60 else { throw .overlongRun(index: counts.count) }
            let group = Int(character - 48)
            number |= (group & 0x1F) << shift
            shift += 5
            if group & 0x20 != 0 { continue }
            if group & 0x10 != 0 { number |= -1 << shift }
            if counts.count > 2 {
                let (sum, overflow) = number.addingReportingOverflow(counts[counts.count - 2])
                guard !overflow else { throw .overlongRun(index: counts.count) }
                number = sum
            }
            // Checked here and not only at the end, so that differences never add up beyond an Int.
            guard number >= 0 else { throw .negativeRun(index: counts.count, length: number) }
            counts.append(number)
            number = 0
            shift = 0
        }
        guard shift == 0 else { throw .cutOff(index: counts.count) }
        try self.init(size: size, counts: counts)
    }
}
