/// Keys from the highest to the lowest with their counts, as bytes.
///
/// The number of all keys comes first. Each distinct key is written as its distance to the one before, doubled; it is odd
/// where the key occurs more than once, and then its count follows. All numbers have seven bits a byte, the lowest first.
/// Two or three bytes a key are usual, and equal contents are equal bytes.
struct KeyRunWriter {
    private(set) var bytes: [UInt8]
    private var previous = UInt32.max

    /// - Parameter total: what the counts will add up to.
    init(total: Int) {
        bytes = []
        bytes.append(number: UInt64(total))
    }

    /// - Parameter key: below the key before it.
    mutating func append(_ key: UInt32, count: Int) {
        bytes.append(number: UInt64(previous - key) << 1 | (count > 1 ? 1 : 0))
        if count > 1 { bytes.append(number: UInt64(count)) }
        previous = key
    }
}

extension [UInt8] {
    /// Seven bits a byte, the lowest first; all bytes but the last have their eighth bit set.
    mutating func append(number: UInt64) {
        var rest = number
        while rest > 0x7F {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}

/// Reads numbers and keys, and never goes beyond its bytes.
struct KeyRunReader {
    /// More than any data set holds, and far below where sums would overflow.
    private static let largestCount: UInt64 = 1 << 48

    private let bytes: [UInt8]
    private(set) var position: Int

    init(_ bytes: [UInt8], from position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func number() throws(MetricsError) -> UInt64 {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while position < bytes.count, shift < 63 {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 {
                // Only one way of writing a number is taken: equal contents are equal bytes.
                if byte == 0 && shift > 0 { break }
                return value
            }
            shift += 7
        }
        throw .damagedState(byteOffset: position)
    }

    mutating func count() throws(MetricsError) -> Int {
        let value = try number()
        guard value <= Self.largestCount else { throw .damagedState(byteOffset: position) }
        return Int(value)
    }

    /// The bits of a float as a number.
    mutating func score() throws(MetricsError) -> Float {
        let bits = try number()
        guard bits <= UInt64(UInt32.max) else { throw .damagedState(byteOffset: position) }
        return Float(bitPattern: UInt32(bits))
    }

    /// Calls `body` for each distinct key from the highest on, and returns the number of all keys.
    @discardableResult
    mutating func keys(_ body: (UInt32, Int) -> Void) throws(MetricsError) -> Int {
        let total = try count()
        var left = total
        var previous = UInt64(UInt32.max)
        while left > 0 {
            let step = try number()
            let isFirst = left == total
            guard step >> 1 <= previous, step >> 1 > 0 || isFirst else { throw .damagedState(byteOffset: position) }
            previous -= step >> 1
            let count = step & 1 == 0 ? 1 : try count()
            let isWritten = step & 1 == 0 || count > 1
            guard count <= left, isWritten, ScoreKey.isScore(UInt32(previous)) else {
                throw .damagedState(byteOffset: position)
            }
            body(UInt32(previous), count)
            left -= count
        }
        return total
    }

    /// The bytes between two positions.
    func bytes(from start: Int) -> [UInt8] { Array(bytes[start..<position]) }
}
