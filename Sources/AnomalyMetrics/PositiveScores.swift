/// The scores of all positive samples and the region that each belongs to.
struct PositiveScores {
    /// Key in the upper half, region in the lower: one sort orders by score.
    private var entries: [UInt64] = []
    /// Samples of each region.
    private(set) var areas: [Int] = []

    var count: Int { entries.count }

    /// Makes room for one more picture's regions and returns the number of its first one.
    mutating func addRegions(areas new: [Int]) -> Int {
        defer { areas.append(contentsOf: new) }
        return areas.count
    }

    mutating func add(key: UInt32, region: Int) { entries.append(UInt64(key) << 32 | UInt64(UInt32(region))) }

    /// Each sample's score and its share of the mean recall over regions, in unspecified order.
    func forEach(_ body: (Float, Double) -> Void) {
        for entry in entries { body(ScoreKey.score(UInt32(entry >> 32)), share(of: entry)) }
    }

    /// The distinct scores, highest first.
    func thresholds() -> ThresholdTable {
        var table = ThresholdTable()
        for entry in entries.sorted(by: >) {
            let key = UInt32(entry >> 32)
            if table.keys.last == key {
                table.counts[table.counts.count - 1] += 1
                table.recalls[table.recalls.count - 1] += share(of: entry)
            } else {
                table.keys.append(key)
                table.counts.append(1)
                table.recalls.append(share(of: entry))
            }
        }
        table.buildIndex()
        return table
    }

    private func share(of entry: UInt64) -> Double {
        1 / (Double(areas[Int(UInt32(truncatingIfNeeded: entry))]) * Double(areas.count))
    }
}

/// The distinct scores of positive samples, highest first: the only thresholds at which precision, recall and region
/// overlap can change for the better.
struct ThresholdTable {
    var keys: [UInt32] = []
    /// Positive samples with exactly this score.
    var counts: [Int] = []
    /// What the mean recall over regions gains at this score.
    var recalls: [Double] = []
    /// Entry h + 1 is the number of keys whose upper half is above h.
    private var firstEntries: [Int32] = []

    mutating func buildIndex() {
        firstEntries = [Int32](repeating: 0, count: (1 << 16) + 1)
        var entry = 0
        for half in stride(from: 0xFFFF, through: 0, by: -1) {
            while entry < keys.count && Int(keys[entry] >> 16) > half { entry += 1 }
            firstEntries[half + 1] = Int32(entry)
        }
        firstEntries[0] = Int32(keys.count)
    }

    /// The first entry whose key is not above `key`; `keys.count` where all are above.
    func position(of key: UInt32) -> Int {
        let half = Int(key >> 16)
        // Entries with the same upper half stand between these two.
        var low = Int(firstEntries[half + 1])
        var high = Int(firstEntries[half])
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] > key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// How many negative samples fall on each threshold, and between each two.
struct NegativeTally {
    let table: ThresholdTable
    /// Exactly the score of entry k.
    private(set) var equal: [Int]
    /// Below entry k - 1 and above entry k; the last one is below all.
    private(set) var between: [Int]

    init(_ table: ThresholdTable) {
        self.table = table
        equal = [Int](repeating: 0, count: table.keys.count)
        between = [Int](repeating: 0, count: table.keys.count + 1)
    }

    mutating func add(key: UInt32) {
        let position = table.position(of: key)
        if position < table.keys.count && table.keys[position] == key {
            equal[position] += 1
        } else {
            between[position] += 1
        }
    }
}
