// Narrow numbers to Float32, exactly: every F16 and BF16 value, subnormals, infinities and NaN included, is a Float32.

/// IEEE half precision to Float32, by integer arithmetic on the bits so that no instruction set needs a conversion
/// instruction: a normal number gets a new exponent bias; a subnormal one is its fraction times 2^-24.
public func widenFloat16Row(_ out: UnsafeMutablePointer<Float>, _ source: UnsafeRawPointer, _ count: Int) {
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
}

/// BF16 is the upper half of a Float32.
public func widenBFloat16Row(_ out: UnsafeMutablePointer<Float>, _ source: UnsafeRawPointer, _ count: Int) {
    for index in 0..<count {
        let bits = UInt32(source.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
        out[index] = Float(bitPattern: bits << 16)
    }
}

/// Bytes to 0 ... 255.
public func widenBytesRow(_ out: UnsafeMutablePointer<Float>, _ source: UnsafeRawPointer, _ count: Int) {
    for index in 0..<count { out[index] = Float(source.load(fromByteOffset: index, as: UInt8.self)) }
}
