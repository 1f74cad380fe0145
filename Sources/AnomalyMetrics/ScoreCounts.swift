/// How often each score occurs, exactly, with memory for the range of the scores and not for their number.
///
/// Keys with the same upper 16 bits share a page, which is a 128th of an octave: see ``ScorePage`` for what it takes.
/// Contents do not depend on the order of adding.
struct ScoreCounts: Sendable {
    /// How many keys are sorted into pages together.
    private static let portion = 1 << 20
    /// So few keys are sorted, not counted into all possible pages.
    private static let few = 4096

    private var pages: [UInt16: ScorePage] = [:]
    private var pending: [UInt32] = []
    private(set) var total = 0

    // MARK: Adding

    mutating func add(_ key: UInt32) {
        total += 1
        pending.append(key)
        if pending.count >= Self.portion { settle() }
    }

    mutating func add(_ keys: [UInt32]) {
        total += keys.count
        pending += keys
        if pending.count >= Self.portion { settle() }
    }

    mutating func add(_ other: ScoreCounts) {
        for (half, page) in other.descendingPages { pages[half, default: ScorePage()].add(page) }
        total += other.total
    }

    private mutating func settle() {
        let keys = Self.grouped(pending)
        pending.removeAll(keepingCapacity: true)
        keys.withUnsafeBufferPointer { keys in
            Self.forEachGroup(keys) { half, group in pages[half, default: ScorePage()].add(group) }
        }
    }

    /// The keys so that those of a page stand together, pages in ascending order.
    private static func grouped(_ keys: [UInt32]) -> [UInt32] {
        if keys.count < few { return keys.sorted() }
        var places = [Int](repeating: 0, count: (1 << 16) + 1)
        return [UInt32](unsafeUninitializedCapacity: keys.count) { output, count in
            places.withUnsafeMutableBufferPointer { places in
                keys.withUnsafeBufferPointer { keys in
                    for key in keys { places[Int(key >> 16) + 1] += 1 }
                    for half in 1..<places.count { places[half] += places[half - 1] }
                    for key in keys {
                        output[places[Int(key >> 16)]] = key
                        places[Int(key >> 16)] += 1
                    }
                }
            }
            count = keys.count
        }
    }

    private static func forEachGroup(
        _ keys: UnsafeBufferPointer<UInt32>, _ body: (UInt16, UnsafeBufferPointer<UInt32>) -> Void
    ) {
        var start = 0
        while start < keys.count {
            let half = keys[start] >> 16
            var end = start + 1
            while end < keys.count && keys[end] >> 16 == half { end += 1 }
            body(UInt16(half), UnsafeBufferPointer(rebasing: keys[start..<end]))
            start = end
        }
    }

    // MARK: Reading

    /// The pages from the highest scores on.
    var descendingPages: ScorePages { ScorePages(pages, waiting: Self.grouped(pending)) }

    /// The lowest and the highest key.
    var keyRange: ClosedRange<UInt32>? {
        let waiting = pending.min().flatMap { lowest in pending.max().map { lowest...$0 } }
        let ends = [pages.keys.min(), pages.keys.max()].compactMap { half in
            half.flatMap { pages[$0]?.keyRange(half: $0) }
        }
        let ranges = ends + (waiting.map { [$0] } ?? [])
        guard let lowest = ranges.map(\.lowerBound).min(), let highest = ranges.map(\.upperBound).max() else {
            return nil
        }
        return lowest...highest
    }

    /// The distinct keys from the highest on.
    var descendingKeys: some Sequence<(key: UInt32, count: Int)> {
        descendingPages.lazy.flatMap { half, page in
            var keys: [(key: UInt32, count: Int)] = []
            page.forEach { low, count in keys.append((UInt32(half) << 16 | UInt32(low), count)) }
            return keys
        }
    }

    /// Calls `body` for each distinct key from the highest on.
    @inline(__always)
    func forEach(_ body: (UInt32, Int) -> Void) {
        for (half, page) in descendingPages {
            page.forEach { low, count in body(UInt32(half) << 16 | UInt32(low), count) }
        }
    }

    // MARK: As bytes

    var bytes: [UInt8] {
        var writer = KeyRunWriter(total: total)
        forEach { writer.append($0, count: $1) }
        return writer.bytes
    }

    init() {}

    init(reading reader: inout KeyRunReader) throws(MetricsError) {
        var half: UInt16?
        var (lows, counts): ([UInt16], [Int]) = ([], [])
        var pages: [UInt16: ScorePage] = [:]
        func finish() {
            if let half { pages[half] = ScorePage(lows: lows.reversed(), counts: counts.reversed()) }
            lows = []
            counts = []
        }
        total = try reader.keys { key, count in
            if UInt16(key >> 16) != half {
                finish()
                half = UInt16(key >> 16)
            }
            lows.append(UInt16(truncatingIfNeeded: key))
            counts.append(count)
        }
        finish()
        self.pages = pages
    }
}

/// Pages from the highest scores on, each with the upper half of its keys. Keys that wait to be sorted into the pages are
/// added as each page is handed out, so that only one page is copied at a time.
struct ScorePages: Sequence, IteratorProtocol {
    private let pages: [UInt16: ScorePage]
    private var halves: [UInt16]
    private var waiting: ArraySlice<UInt32>

    /// - Parameter waiting: keys of a page stand together, pages in ascending order.
    fileprivate init(_ pages: [UInt16: ScorePage], waiting: [UInt32]) {
        self.pages = pages
        self.waiting = waiting[...]
        var halves = Array(pages.keys)
        for key in waiting where halves.last != UInt16(key >> 16) { halves.append(UInt16(key >> 16)) }
        self.halves = Set(halves).sorted()
    }

    mutating func next() -> (half: UInt16, page: ScorePage)? {
        guard let half = halves.popLast() else { return nil }
        var page = pages[half] ?? ScorePage()
        let start = waiting.lastIndex { UInt16($0 >> 16) != half }.map { $0 + 1 } ?? waiting.startIndex
        if start < waiting.endIndex {
            waiting[start...].withUnsafeBufferPointer { page.add($0) }
            waiting = waiting[..<start]
        }
        return (half, page)
    }
}
