/// A prefix code of deflate, given by the length of each symbol's code (RFC 1951, section 3.2.2).
///
/// Codes of up to ten bits are found in a table; longer ones, which are rare, bit by bit.
struct PrefixCode {
    private static let tableBits = 10
    private static let longest = 15

    /// Indexed by the next ten bits: symbol and length packed as `symbol << 4 | length`, 0 where the code is longer.
    private var table = [UInt16](repeating: 0, count: 1 << tableBits)
    /// How many codes have each length.
    private var counts = [Int](repeating: 0, count: longest + 1)
    /// The symbols in the order of their codes.
    private var ordered: [UInt16] = []

    /// - Parameters:
    ///   - lengths: of each symbol's code, 0 for a symbol that does not occur; at most 288 of at most 15.
    ///   - mayBeIncomplete: whether one code of one bit, or none at all, is allowed, as it is for distances.
    init(lengths: some Collection<UInt8>, mayBeIncomplete: Bool) throws(InflateFault) {
        for length in lengths { counts[Int(length)] += 1 }
        counts[0] = 0
        // Codes of n bits that remain free after those of up to n bits are given out.
        var free = 1
        for length in 1...Self.longest {
            free = free * 2 - counts[length]
            guard free >= 0 else { throw .invalidCode }
        }
        let used = counts.reduce(0, +)
        guard free == 0 || (mayBeIncomplete && (used == 0 || (used == 1 && counts[1] == 1))) else {
            throw .invalidCode
        }

        var starts = [Int](repeating: 0, count: Self.longest + 2)
        var nextCode = [Int](repeating: 0, count: Self.longest + 2)
        for length in 1...Self.longest {
            starts[length + 1] = starts[length] + counts[length]
            nextCode[length + 1] = (nextCode[length] + counts[length]) << 1
        }
        ordered = [UInt16](repeating: 0, count: used)
        for (symbol, length) in lengths.enumerated() where length > 0 {
            let length = Int(length)
            ordered[starts[length]] = UInt16(symbol)
            starts[length] += 1
            if length <= Self.tableBits {
                let entry = UInt16(symbol << 4 | length)
                // Codes arrive with their first bit lowest, the reverse of how they are counted.
                var index = Self.reversed(nextCode[length], length)
                while index < table.count {
                    table[index] = entry
                    index += 1 << length
                }
            }
            nextCode[length] += 1
        }
    }

    @inline(__always)
    func symbol(_ reader: inout BitReader) throws(InflateFault) -> Int {
        let entry = Int(table[reader.peek(Self.tableBits)])
        if entry != 0 {
            try reader.skip(entry & 15)
            return entry >> 4
        }
        return try longSymbol(&reader)
    }

    private func longSymbol(_ reader: inout BitReader) throws(InflateFault) -> Int {
        let bits = reader.peek(Self.longest)
        var code = 0
        var firstOfLength = 0
        var position = 0
        for length in 1...Self.longest {
            code = code << 1 | bits >> (length - 1) & 1
            let rank = code - firstOfLength
            if rank < counts[length] {
                try reader.skip(length)
                return Int(ordered[position + rank])
            }
            position += counts[length]
            firstOfLength = (firstOfLength + counts[length]) << 1
        }
        throw .invalidSymbol
    }

    private static func reversed(_ code: Int, _ length: Int) -> Int {
        var result = 0
        for bit in 0..<length where code >> bit & 1 == 1 { result |= 1 << (length - 1 - bit) }
        return result
    }
}
