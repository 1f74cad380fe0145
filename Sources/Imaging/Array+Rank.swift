import Tensors

extension Array<Float> {
    /// The value that stands at `rank` when all are sorted, found without sorting: one histogram of the upper half of
    /// their bits, then one of the lower half inside its bin.
    ///
    /// **Complexity:** two passes over the values.
    /// - Precondition: `rank` is an index of the array, and no value is NaN.
    package func value(atRank rank: Int) -> Float {
        require(indices.contains(rank), "value(atRank: \(rank)) of \(count) values")
        var rest = rank
        let upper = Self.bin(of: &rest, in: self, where: { _ in true }, by: { $0 >> 16 })
        let lower = Self.bin(of: &rest, in: self, where: { $0 >> 16 == upper }, by: { $0 & 0xFFFF })
        let key = upper << 16 | lower
        return Float(bitPattern: key & 0x8000_0000 == 0 ? ~key : key & 0x7FFF_FFFF)
    }

    /// The bin that holds the value at `rank` among those that are counted; `rank` becomes the rank inside the bin.
    @inline(__always)
    private static func bin(
        of rank: inout Int, in values: [Float], where isCounted: (UInt32) -> Bool, by part: (UInt32) -> UInt32
    ) -> UInt32 {
        var counts = [Int](repeating: 0, count: 1 << 16)
        for value in values {
            let key = orderedKey(value)
            if isCounted(key) { counts[Int(part(key))] += 1 }
        }
        var bin = 0
        while rank >= counts[bin] {
            rank -= counts[bin]
            bin += 1
        }
        return UInt32(bin)
    }

    /// Bits that are ordered as the numbers are; both zeros are the positive one.
    @inline(__always)
    private static func orderedKey(_ value: Float) -> UInt32 {
        let bits = (value + 0).bitPattern
        return bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
    }
}
