/// Bits from the least significant end of bytes, as deflate packs them.
///
/// Every byte is read after its position was compared with the count; bits behind the end read as zero in `peek` and are
/// refused by `skip`.
struct BitReader {
    private let input: UnsafeRawBufferPointer
    private var position = 0
    private var buffer: UInt64 = 0
    private var bufferedBits = 0

    init(_ input: UnsafeRawBufferPointer) {
        self.input = input
    }

    /// How many bytes were used, those of a byte that was begun included.
    var consumedBytes: Int { position - bufferedBits / 8 }

    /// The next `count` bits without stepping over them; at most 32.
    @inline(__always)
    mutating func peek(_ count: Int) -> Int {
        if bufferedBits < count { refill() }
        return Int(truncatingIfNeeded: buffer & (1 << UInt64(count) - 1))
    }

    @inline(__always)
    mutating func skip(_ count: Int) throws(InflateFault) {
        guard bufferedBits >= count else { throw .endsEarly }
        buffer >>= UInt64(count)
        bufferedBits -= count
    }

    /// The next `count` bits; at most 32.
    @inline(__always)
    mutating func bits(_ count: Int) throws(InflateFault) -> Int {
        let value = peek(count)
        try skip(count)
        return value
    }

    /// Drops the rest of a byte that was begun.
    mutating func alignToByte() throws(InflateFault) {
        try skip(bufferedBits % 8)
    }

    private mutating func refill() {
        while bufferedBits <= 56, position < input.count {
            buffer |= UInt64(input[position]) << UInt64(bufferedBits)
            position += 1
            bufferedBits += 8
        }
    }
}
