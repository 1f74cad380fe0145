// Narrow numbers to Float32, exactly: every F16 and BF16 value, subnormals, infinities and NaN included, is a Float32.

extension Kernels {
    /// IEEE half precision to Float32.
    ///
    /// Where there is no instruction for it, by integer arithmetic on the bits: a normal number gets a new exponent
    /// bias; a subnormal one is its fraction times 2^-24.
    static func widenFloat16Row(_ out: Target, _ source: UnsafeRawPointer, count: Int) {
        #if FUSED_MULTIPLY_ADD
            // Every processor with fused multiply-add has the instruction.
            for index in 0..<count {
                out[index] = Float(source.loadUnaligned(fromByteOffset: 2 * index, as: Float16.self))
            }
        #else
            for index in 0..<count {
                let bits = UInt32(source.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
                let sign = (bits & 0x8000) << 16
                let magnitude = bits & 0x7FFF
                let normal = (magnitude << 13) &+ 0x3800_0000
                let special = (magnitude << 13) | 0x7F80_0000
                let subnormal = (Float(Int32(bitPattern: magnitude)) * 0x1p-24).bitPattern
                let chosen = magnitude >= 0x7C00 ? special : (magnitude < 0x0400 ? subnormal : normal)
                out[index] = Float(bitPattern: chosen | sign)
            }
        #endif
    }

    /// Float32 to IEEE half precision where that loses nothing. False if one number is not a half-precision number
    /// (those that are not finite do not count as such); what was written is then of no use.
    static func narrowFloat16Row(_ out: UnsafeMutableRawPointer, _ source: Source, count: Int) -> Bool {
        let target = out.assumingMemoryBound(to: UInt16.self)
        var lost: UInt32 = 0
        for index in 0..<count {
            let bits = source[index].bitPattern
            let sign = (bits >> 16) & 0x8000
            let magnitude = bits & 0x7FFF_FFFF
            // A normal number of the half format keeps ten bits of fraction; a smaller one is a multiple of 2^-24.
            let isSmall = magnitude < 0x3880_0000
            let multiple = Float(bitPattern: isSmall ? magnitude : 0) * 0x1p24
            let whole = UInt32(truncatingIfNeeded: Int32(multiple))
            let isWhole = Float(Int32(bitPattern: whole)) == multiple
            let fits = magnitude & 0x1FFF == 0 && magnitude <= 0x477F_E000
            lost |= (isSmall ? isWhole : fits) ? 0 : 1
            let normal = (magnitude &- 0x3800_0000) >> 13
            target[index] = UInt16(truncatingIfNeeded: (isSmall ? whole : normal) | sign)
        }
        return lost == 0
    }

    /// BF16 is the upper half of a Float32.
    static func widenBFloat16Row(_ out: Target, _ source: UnsafeRawPointer, count: Int) {
        for index in 0..<count {
            let bits = UInt32(source.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
            out[index] = Float(bitPattern: bits << 16)
        }
    }

    /// Bytes to 0 ... 255.
    static func widenBytesRow(_ out: Target, _ source: UnsafeRawPointer, count: Int) {
        for index in 0..<count { out[index] = Float(source.load(fromByteOffset: index, as: UInt8.self)) }
    }
}
