/// The scores of the pixels of each truth region.
///
/// Regions are kept as bytes (``KeyRunWriter``), two or three a pixel, in no order that means something. So accumulators
/// are joined by putting their regions together, and sums over regions are taken in the order of these bytes.
struct RegionScores: Sendable {
    /// So many entries are taken apart together, unless a single page has more.
    private static let portion = 1 << 21

    private var regions: [[UInt8]] = []
    /// Pixels of all regions.
    private(set) var total = 0

    var count: Int { regions.count }

    // MARK: Adding

    /// - Parameter keys: those of all pixels of one region, at least one, in any order.
    mutating func add(region keys: [UInt32]) {
        let sorted = keys.sorted(by: >)
        var writer = KeyRunWriter(total: sorted.count)
        var start = 0
        while start < sorted.count {
            var end = start + 1
            while end < sorted.count && sorted[end] == sorted[start] { end += 1 }
            writer.append(sorted[start], count: end - start)
            start = end
        }
        regions.append(writer.bytes)
        total += keys.count
    }

    mutating func add(_ other: RegionScores) {
        regions += other.regions
        total += other.total
    }

    // MARK: Reading

    private static func forEachKey(of region: [UInt8], _ body: (UInt32, Int) -> Void) {
        var reader = KeyRunReader(region)
        // What was written here, or checked when it was read, is whole.
        _ = try? reader.keys(body)
    }

    /// In an order that depends on nothing but the regions themselves.
    private var ordered: [[UInt8]] { regions.sorted { $0.lexicographicallyPrecedes($1) } }

    /// For each region its highest key.
    var peaks: [UInt32] {
        regions.map { region in
            var reader = KeyRunReader(region)
            _ = try? reader.number()
            return UInt32.max - UInt32(((try? reader.number()) ?? 0) >> 1)
        }
    }

    /// The lowest and the highest key.
    var keyRange: ClosedRange<UInt32>? {
        let lowest = regions.map { region in
            var last = UInt32.max
            Self.forEachKey(of: region) { key, _ in last = key }
            return last
        }.min()
        guard let lowest, let highest = peaks.max() else { return nil }
        return lowest...highest
    }

    /// Distinct keys of one page.
    struct Page {
        /// Descending.
        var lows: [UInt16] = []
        /// Pixels with this key.
        var counts: [Int] = []
        /// The sum, over the regions, of the share of the region's pixels that has this key.
        var shares: [Double] = []
    }

    private struct Entry {
        var low: UInt16
        var region: UInt32
        var count: Int
    }

    /// Calls `body` for each page that occurs, from the highest scores on, with the upper half of its keys.
    func forEachPage(_ body: (UInt16, Page) -> Void) {
        let regions = ordered
        var sizes = [Int](repeating: 0, count: 1 << 16)
        let areas = regions.map { region in
            var area = 0
            Self.forEachKey(of: region) { key, count in
                area += count
                sizes[Int(key >> 16)] += 1
            }
            return Double(area)
        }
        var sums = PageSums()
        var top = 1 << 16
        while let highest = sizes[..<top].lastIndex(where: { $0 > 0 }) {
            var first = highest
            var entries = sizes[first]
            while first > 0 && entries + sizes[first - 1] <= Self.portion {
                first -= 1
                entries += sizes[first]
            }
            let range = first...highest
            let portion = Self.entries(of: regions, in: range, sizes: sizes)
            var end = entries
            for half in range.reversed() where sizes[half] > 0 {
                body(UInt16(half), sums.page(portion[(end - sizes[half])..<end], areas: areas))
                end -= sizes[half]
            }
            top = first
        }
    }

    /// The entries of some pages, in ascending order of the pages, those of a page in the order of the regions.
    private static func entries(of regions: [[UInt8]], in range: ClosedRange<Int>, sizes: [Int]) -> [Entry] {
        var places = [Int](repeating: 0, count: range.count)
        for index in 1..<max(1, range.count) {
            places[index] = places[index - 1] + sizes[range.lowerBound + index - 1]
        }
        let total = sizes[range].reduce(0, +)
        return [Entry](unsafeUninitializedCapacity: total) { output, count in
            for (number, region) in regions.enumerated() {
                forEachKey(of: region) { key, times in
                    let half = Int(key >> 16)
                    guard range.contains(half) else { return }
                    output.initializeElement(
                        at: places[half - range.lowerBound],
                        to: Entry(low: UInt16(truncatingIfNeeded: key), region: UInt32(number), count: times))
                    places[half - range.lowerBound] += 1
                }
            }
            count = total
        }
    }

    /// Sums for each key of a page; the arrays serve one page after the other.
    private struct PageSums {
        private var counts = [Int](repeating: 0, count: 1 << 16)
        private var shares = [Double](repeating: 0, count: 1 << 16)

        mutating func page(_ entries: ArraySlice<Entry>, areas: [Double]) -> Page {
            var lows: [UInt16] = []
            for entry in entries {
                let low = Int(entry.low)
                if counts[low] == 0 { lows.append(entry.low) }
                counts[low] += entry.count
                shares[low] += Double(entry.count) / areas[Int(entry.region)]
            }
            lows.sort(by: >)
            let page = Page(lows: lows, counts: lows.map { counts[Int($0)] }, shares: lows.map { shares[Int($0)] })
            for low in lows {
                counts[Int(low)] = 0
                shares[Int(low)] = 0
            }
            return page
        }
    }

    // MARK: As bytes

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(number: UInt64(regions.count))
        for region in ordered { bytes += region }
        return bytes
    }

    init() {}

    init(reading reader: inout KeyRunReader) throws(MetricsError) {
        for _ in 0..<(try reader.count()) {
            let start = reader.position
            let area = try reader.keys { _, _ in }
            let region = reader.bytes(from: start)
            let isInOrder = regions.last.map { !region.lexicographicallyPrecedes($0) } ?? true
            guard area > 0, isInOrder else { throw .damagedState(byteOffset: start) }
            total += area
            regions.append(region)
        }
    }
}
