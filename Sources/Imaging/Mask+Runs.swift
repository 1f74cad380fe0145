extension Mask {
    /// Calls `body` for each stretch of set pixels in a row, from left to right.
    ///
    /// Masks are mostly long stretches of one value, so eight pixels are looked at together.
    @inline(__always)
    func forEachRun(ofRow y: Int, _ body: (Range<Int>) -> Void) {
        values.withUnsafeBytes { bytes in
            let start = y * size.width
            let row = UnsafeRawBufferPointer(rebasing: bytes[start..<start + size.width])
            var x = Self.end(of: 0, in: row, from: 0)
            while x < row.count {
                let last = Self.end(of: 0x0101_0101_0101_0101, in: row, from: x)
                body(x..<last)
                x = Self.end(of: 0, in: row, from: last)
            }
        }
    }

    /// The first place from `start` on whose byte is not that of `eight`, eight equal bytes.
    @inline(__always)
    private static func end(of eight: UInt64, in row: UnsafeRawBufferPointer, from start: Int) -> Int {
        var x = start
        while x + 8 <= row.count, row.loadUnaligned(fromByteOffset: x, as: UInt64.self) == eight { x += 8 }
        while x < row.count, row[x] == UInt8(truncatingIfNeeded: eight) { x += 1 }
        return x
    }
}
