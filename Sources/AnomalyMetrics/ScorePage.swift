/// Counts of the 65536 keys that share their upper half.
///
/// A page with few distinct keys lists them, 10 bytes each. Otherwise it has a byte for each possible key, 64 KB, and as
/// much again for each further digit, to base 256, of its largest count.
struct ScorePage: Sendable {
    /// More distinct keys than this are no longer listed.
    private static let listed = 4096
    private static let keys = 1 << 16

    /// Ascending; empty where there are digits.
    private var lows: [UInt16] = []
    private var counts: [Int] = []
    /// For each digit of the counts, to base 256, a byte for each key.
    private var digits: [[UInt8]] = []

    init() {}

    /// - Parameters:
    ///   - lows: distinct, ascending.
    ///   - counts: one for each.
    init(lows: [UInt16], counts: [Int]) { add(lows, counts) }

    // MARK: Adding

    /// Adds keys by their lower halves; their upper halves are this page's.
    mutating func add(_ keys: UnsafeBufferPointer<UInt32>) {
        if digits.isEmpty && keys.count < Self.keys {
            let sorted = keys.map { UInt16(truncatingIfNeeded: $0) }.sorted()
            var (distinct, numbers): ([UInt16], [Int]) = ([], [])
            for low in sorted {
                if distinct.last == low {
                    numbers[numbers.count - 1] += 1
                } else {
                    distinct.append(low)
                    numbers.append(1)
                }
            }
            return add(distinct, numbers)
        }
        spread()
        var carried: [UInt16] = []
        digits[0].withUnsafeMutableBufferPointer { first in
            for key in keys {
                let low = Int(key & 0xFFFF)
                first[low] &+= 1
                if first[low] == 0 { carried.append(UInt16(low)) }
            }
        }
        for low in carried { increase(low, by: 1, digit: 1) }
    }

    mutating func add(_ other: ScorePage) {
        if other.digits.isEmpty { return add(other.lows, other.counts) }
        spread()
        other.forEach { increase($0, by: $1) }
    }

    private mutating func add(_ newLows: [UInt16], _ newCounts: [Int]) {
        guard digits.isEmpty else {
            for (low, count) in zip(newLows, newCounts) { increase(low, by: count) }
            return
        }
        if lows.isEmpty {
            lows = newLows
            counts = newCounts
        } else {
            merge(newLows, newCounts)
        }
        if lows.count > Self.listed { spread() }
    }

    private mutating func merge(_ newLows: [UInt16], _ newCounts: [Int]) {
        var (merged, sums): ([UInt16], [Int]) = ([], [])
        merged.reserveCapacity(lows.count + newLows.count)
        sums.reserveCapacity(lows.count + newLows.count)
        var (old, new) = (0, 0)
        while old < lows.count || new < newLows.count {
            if new == newLows.count || old < lows.count && lows[old] < newLows[new] {
                merged.append(lows[old])
                sums.append(counts[old])
                old += 1
            } else if old == lows.count || newLows[new] < lows[old] {
                merged.append(newLows[new])
                sums.append(newCounts[new])
                new += 1
            } else {
                merged.append(lows[old])
                sums.append(counts[old] + newCounts[new])
                old += 1
                new += 1
            }
        }
        lows = merged
        counts = sums
    }

    /// From a list to digits.
    private mutating func spread() {
        guard digits.isEmpty else { return }
        digits = [[UInt8](repeating: 0, count: Self.keys)]
        for (low, count) in zip(lows, counts) { increase(low, by: count) }
        lows = []
        counts = []
    }

    private mutating func increase(_ low: UInt16, by count: Int, digit first: Int = 0) {
        var (carried, digit) = (count, first)
        while carried > 0 {
            if digit == digits.count { digits.append([UInt8](repeating: 0, count: Self.keys)) }
            let sum = Int(digits[digit][Int(low)]) + carried
            digits[digit][Int(low)] = UInt8(truncatingIfNeeded: sum)
            carried = sum >> 8
            digit += 1
        }
    }

    // MARK: Reading

    /// The lowest and the highest key, with the upper half that they share.
    func keyRange(half: UInt16) -> ClosedRange<UInt32>? {
        var ends: (UInt16, UInt16)?
        forEach { low, _ in ends = (low, ends?.1 ?? low) }
        return ends.map { UInt32(half) << 16 | UInt32($0)...UInt32(half) << 16 | UInt32($1) }
    }

    /// Calls `body` for each key that occurs, from the highest on.
    @inline(__always)
    func forEach(_ body: (UInt16, Int) -> Void) {
        for place in lows.indices.reversed() { body(lows[place], counts[place]) }
        guard let first = digits.first else { return }
        first.withUnsafeBufferPointer { first in
            for low in stride(from: Self.keys - 1, through: 0, by: -1) {
                var count = Int(first[low])
                for digit in 1..<max(1, digits.count) { count += Int(digits[digit][low]) << (8 * digit) }
                if count > 0 { body(UInt16(low), count) }
            }
        }
    }
}
