extension ElementType {
    /// How many of the stored little-endian elements are infinite or no number; 0 for integers and booleans.
    ///
    /// Bytes of an incomplete element at the end are not looked at.
    func nonFiniteCount(_ bytes: UnsafeRawBufferPointer) -> Int {
        // A float is infinite or no number exactly when every bit of its exponent is set.
        switch self {
        case .float16: count(bytes, exponent: 0x7C00 as UInt16)
        case .brain16: count(bytes, exponent: 0x7F80 as UInt16)
        case .float32: count(bytes, exponent: 0x7F80_0000 as UInt32)
        case .float64: count(bytes, exponent: 0x7FF0_0000_0000_0000 as UInt64)
        case .boolean, .unsigned8, .signed8, .unsigned16, .signed16, .unsigned32, .signed32, .unsigned64, .signed64: 0
        }
    }

    private func count<Bits: FixedWidthInteger & BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer, exponent: Bits
    ) -> Int {
        var count = 0
        for index in 0..<bytes.count / MemoryLayout<Bits>.size {
            let bits = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)
            if Bits(littleEndian: bits) & exponent == exponent { count += 1 }
        }
        return count
    }
}
