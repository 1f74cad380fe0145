/// Floats as unsigned numbers in the same order, so that scores can be sorted and looked up as integers.
enum ScoreKey {
    /// Both zeros get the same key. Not for values that are not numbers.
    @inline(__always)
    static func key(_ score: Float) -> UInt32 {
        let bits = (score + 0).bitPattern
        return bits & 0x8000_0000 != 0 ? ~bits : bits | 0x8000_0000
    }

    @inline(__always)
    static func score(_ key: UInt32) -> Float {
        Float(bitPattern: key & 0x8000_0000 != 0 ? key & 0x7FFF_FFFF : ~key)
    }

    /// Whether a key stands for a number, infinities included.
    static func isScore(_ key: UInt32) -> Bool { !score(key).isNaN && self.key(score(key)) == key }
}
