/// PNG files put together chunk by chunk, so that each can be wrong in one place.
struct PNGBuilder {
    var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    mutating func append(_ type: String, _ content: [UInt8], breakingChecksum: Bool = false) {
        let body = Array(type.utf8) + content
        bytes += Self.bigEndian(content.count) + body
        bytes += Self.bigEndian(Int(Self.crc(body)) ^ (breakingChecksum ? 1 : 0))
    }

    mutating func header(
        width: Int, height: Int, depth: UInt8 = 8, colour: UInt8 = 2, interlace: UInt8 = 0
    ) {
        append("IHDR", Self.bigEndian(width) + Self.bigEndian(height) + [depth, colour, 0, 0, interlace])
    }

    /// An 8-bit colour picture of one value.
    static func plain(width: Int, height: Int, value: UInt8 = 90) -> PNGBuilder {
        var file = PNGBuilder()
        file.header(width: width, height: height)
        file.append("IDAT", zlib(rows(width: width, height: height, value: value)))
        file.append("IEND", [])
        return file
    }

    /// Unfiltered scan lines.
    static func rows(width: Int, height: Int, value: UInt8, channels: Int = 3) -> [UInt8] {
        (0..<height).flatMap { _ in [0] + [UInt8](repeating: value, count: channels * width) }
    }

    /// A zlib stream that stores `data` without compressing it.
    static func zlib(_ data: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        var start = 0
        repeat {
            let count = min(65535, data.count - start)
            let isLast: UInt8 = start + count == data.count ? 1 : 0
            let (low, high) = (UInt8(count & 0xFF), UInt8(count >> 8))
            stream += [isLast, low, high, ~low, ~high] + data[start..<start + count]
            start += count
        } while start < data.count
        var (a, b) = (1, 0)
        for byte in data {
            a = (a + Int(byte)) % 65521
            b = (b + a) % 65521
        }
        return stream + bigEndian(b << 16 | a)
    }

    static func bigEndian(_ value: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    static func crc(_ data: [UInt8]) -> UInt32 {
        ~data.reduce(~0) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ 0xEDB8_8320 : rest >> 1 }
        }
    }
}

/// The chunks of a PNG: type and content.
func chunks(of bytes: [UInt8]) -> [(type: String, content: [UInt8])] {
    var found: [(String, [UInt8])] = []
    var offset = 8
    while offset + 12 <= bytes.count {
        let length = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
        let type = String(decoding: bytes[offset + 4..<offset + 8], as: UTF8.self)
        found.append((type, Array(bytes[offset + 8..<offset + 8 + length])))
        offset += 12 + length
    }
    return found
}
