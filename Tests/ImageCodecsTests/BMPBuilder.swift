/// Bitmaps put together field by field, so that each can be wrong.
struct BMPBuilder {
    var width = 4
    var height = 3
    var bits = 24
    var coding = 0
    var headerBytes = 40
    var declaredColours = 0
    /// Red, green, blue for each index.
    var palette: [[UInt8]] = []
    /// From the header's 40th byte on.
    var masks: [Int] = []
    /// Where the pixels begin; nil for behind what stands before them.
    var offset: Int?
    /// As stored, with what fills a row.
    var pixels = [UInt8](repeating: 90, count: 36)

    var bytes: [UInt8] {
        let sides = Self.littleEndian(width) + Self.littleEndian(height)
        var head =
            Self.littleEndian(headerBytes) + sides + Self.littleEndian(bits << 16 | 1) + Self.littleEndian(coding)
            + [UInt8](repeating: 0, count: 12) + Self.littleEndian(declaredColours) + [0, 0, 0, 0]
            + masks.flatMap(Self.littleEndian)
        head += [UInt8](repeating: 0, count: max(0, headerBytes - head.count))
        head += palette.flatMap { $0.reversed() + [0] }
        let start = offset ?? 14 + head.count
        return Array("BM".utf8) + [0, 0, 0, 0, 0, 0, 0, 0] + Self.littleEndian(start) + head + pixels
    }

    static func littleEndian(_ value: Int) -> [UInt8] { PNGBuilder.bigEndian(value).reversed() }
}
