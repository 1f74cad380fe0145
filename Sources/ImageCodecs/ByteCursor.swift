/// Bounds-checked reads of big- or little-endian numbers. Everything outside the bytes is nil.
struct ByteCursor {
    let bytes: ArraySlice<UInt8>
    var isLittleEndian = false

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
    }

    /// In the byte order of another.
    init(_ bytes: ArraySlice<UInt8>, like other: ByteCursor) {
        self.bytes = bytes
        isLittleEndian = other.isLittleEndian
    }

    var count: Int { bytes.count }

    func byte(at offset: Int) -> UInt8? {
        offset >= 0 && offset < bytes.count ? bytes[bytes.startIndex + offset] : nil
    }

    func uint16(at offset: Int) -> Int? { number(at: offset, bytes: 2) }

    func uint32(at offset: Int) -> Int? { number(at: offset, bytes: 4) }

    /// With a sign.
    func int32(at offset: Int) -> Int? { uint32(at: offset).map { Int(Int32(truncatingIfNeeded: $0)) } }

    /// The bytes `offset..<offset + length`; nil where they are not all there.
    func slice(at offset: Int, length: Int) -> ArraySlice<UInt8>? {
        guard offset >= 0, length >= 0, offset <= bytes.count, length <= bytes.count - offset else { return nil }
        return bytes[bytes.startIndex + offset..<bytes.startIndex + offset + length]
    }

    private func number(at offset: Int, bytes length: Int) -> Int? {
        guard let slice = slice(at: offset, length: length) else { return nil }
        let ordered = isLittleEndian ? Array(slice.reversed()) : Array(slice)
        return ordered.reduce(0) { $0 << 8 | Int($1) }
    }
}
