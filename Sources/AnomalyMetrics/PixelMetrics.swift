public import Imaging

/// Collects score maps and their truth, and measures them together.
///
/// ```swift
/// var metrics = PixelMetrics()
/// try metrics.add(map: map, truth: mask)      // once a picture; nil for a flawless one
/// print(metrics.summary().auroc.value ?? "undefined")
/// ```
/// Pixels of all pictures are ranked together, so maps must not be scaled picture by picture. No picture is kept, nor
/// looked at twice. What was collected of parts of a data set is joined with ``merge(_:)``, in any order and to the last
/// bit, and kept with ``bytes``.
///
/// **Memory** depends on the range of the scores, not on the number of flawless pixels: 8 MB for each factor of two at most,
/// and as much again where one score has more than 255 pixels among many other scores. Each anomalous pixel takes about
/// 2 bytes more. A picture that is added takes about 30 bytes a pixel meanwhile. On a ``ScoreGrid`` the flawless pixels take
/// at most 16 bytes a step.
public struct PixelMetrics: Sendable {
    /// To which scores are rounded; nil where every score counts as it is.
    public let grid: ScoreGrid?
    /// Whether false regions are counted, which takes longer than all the rest.
    public let countsFalseRegions: Bool

    /// Pictures added so far.
    public private(set) var pictures = 0
    private(set) var regions = RegionScores()
    private(set) var negatives = ScoreCounts()
    private var appearing = ScoreCounts()
    private var vanishing = ScoreCounts()

    /// No picture.
    ///
    /// - Parameters:
    ///   - grid: rounds scores, for more pixels or a wider range of scores than memory allows; nil is exact.
    ///   - countsFalseRegions: whether ``PixelSummary/regionRecalls`` is wanted.
    public init(grid: ScoreGrid? = nil, countsFalseRegions: Bool = true) {
        self.grid = grid
        self.countsFalseRegions = countsFalseRegions
    }

    /// Adds one picture.
    ///
    /// - Parameters:
    ///   - map: any scale, infinities included, higher meaning more anomalous; the same scale for all pictures.
    ///   - truth: the anomalous pixels, in the map's raster; nil where there are none.
    /// - Throws: `MetricsError` for sizes that differ or a score that is not a number; nothing is added then.
    public mutating func add(map: ScoreMap, truth: Mask?) throws(MetricsError) {
        if let truth, truth.size != map.size { throw .sizesDiffer(map: map.size, truth: truth.size) }
        if let index = map.values.firstIndex(where: \.isNaN) { throw .notANumber(index: index) }
        let grid = grid
        let keys = map.values.map { ScoreKey.key(grid?.rounded($0) ?? $0) }
        pictures += 1
        if let truth, !truth.isEmpty {
            let values = truth.values
            negatives.add(keys.indices.lazy.filter { !values[$0] }.map { keys[$0] })
            addRegions(of: truth, keys: keys)
        } else {
            negatives.add(keys)
        }
        guard countsFalseRegions else { return }
        for change in FalseRegions(keys: keys, size: map.size, truth: truth).changes {
            for _ in 0..<max(0, change.growth) { appearing.add(change.key) }
            for _ in 0..<max(0, -change.growth) { vanishing.add(change.key) }
        }
    }

    private mutating func addRegions(of truth: Mask, keys: [UInt32]) {
        let found = ConnectedComponents.label(truth)
        var collected = [[UInt32]](repeating: [], count: found.components.count)
        for y in 0..<truth.size.height {
            found.forEachRun(ofRow: y) { run, label in
                collected[Int(label) - 1] +=
                    keys[truth.size.width * y + run.lowerBound..<truth.size.width * y + run.upperBound]
            }
        }
        for region in collected { regions.add(region: region) }
    }

    /// Adds what was collected elsewhere of other pictures. The result is the same, to the last bit, as if all pictures had
    /// been added here.
    ///
    /// - Throws: ``MetricsError/settingsDiffer`` unless both have the same grid and count the same.
    public mutating func merge(_ other: PixelMetrics) throws(MetricsError) {
        guard grid == other.grid && countsFalseRegions == other.countsFalseRegions else { throw .settingsDiffer }
        pictures += other.pictures
        regions.add(other.regions)
        negatives.add(other.negatives)
        appearing.add(other.appearing)
        vanishing.add(other.vanishing)
    }

    /// The measures over everything added so far.
    ///
    /// - Parameter budgets: how many false regions a picture may have on average, for ``PixelSummary/regionRecalls``.
    public func summary(budgets: [Double] = [0.1, 1]) -> PixelSummary {
        PixelSummary(
            pictures: pictures, regions: regions, negatives: negatives, isRounded: grid != nil,
            recalls: budgets.map(recall))
    }

    /// How the pixels with at least this score agree with the truth, as ``MaskAgreement`` has it for masks.
    public func agreement(atLeast threshold: Float) -> MaskAgreement {
        var agreement = MaskAgreement()
        guard !threshold.isNaN else { return agreement }
        let lowest = ScoreKey.key(threshold)
        var found = 0
        regions.forEachPage { half, page in
            for (low, count) in zip(page.lows, page.counts) where UInt32(half) << 16 | UInt32(low) >= lowest {
                found += count
            }
        }
        var wrong = 0
        negatives.forEach { key, count in if key >= lowest { wrong += count } }
        agreement.add(truePositives: found, falsePositives: wrong, falseNegatives: regions.total - found)
        return agreement
    }

    private func recall(budget: Double) -> RegionRecall {
        guard countsFalseRegions else { return RegionRecall(budget: budget, undefined: .notCounted) }
        guard regions.count > 0 else {
            return RegionRecall(budget: budget, undefined: pictures == 0 ? .empty : .noPositives)
        }
        let allowed = budget * Double(pictures)
        // Down to the first key at which there are too many.
        var (number, last): (Int, UInt32?) = (0, nil)
        var vanished = vanishing.descendingKeys.makeIterator()
        var next = vanished.next()
        for (key, count) in appearing.descendingKeys {
            // Pictures may differ in what happens at one key.
            while let gone = next, gone.key >= key {
                number -= gone.count
                next = vanished.next()
            }
            if Double(number + count) > allowed {
                last = key
                break
            }
            number += count
        }
        let peaks = regions.peaks
        let found = peaks.count { peak in last.map { peak > $0 } ?? true }
        return RegionRecall(
            budget: budget, recall: .defined(Double(found) / Double(peaks.count)), scoresAbove: last.map(ScoreKey.score)
        )
    }

    // MARK: As bytes

    /// Stands at the beginning of stored counts, with the version of their form.
    private static let mark: [UInt8] = Array("VitrinePixels".utf8) + [1]

    /// Everything collected so far, to be stored. Equal contents are equal bytes, in whichever order they came together.
    public var bytes: [UInt8] {
        var bytes = Self.mark
        bytes.append(countsFalseRegions ? 1 : 0)
        if let grid {
            bytes.append(number: UInt64(grid.steps))
            bytes.append(number: UInt64(grid.lowest.bitPattern))
            bytes.append(number: UInt64(grid.highest.bitPattern))
        } else {
            bytes.append(number: 0)
        }
        bytes.append(number: UInt64(pictures))
        return bytes + negatives.bytes + appearing.bytes + vanishing.bytes + regions.bytes
    }

    /// What was stored.
    ///
    /// - Throws: `MetricsError` for bytes that ``bytes`` does not give.
    public init(bytes: [UInt8]) throws(MetricsError) {
        guard bytes.starts(with: Self.mark) else { throw .damagedState(byteOffset: 0) }
        var reader = KeyRunReader(bytes, from: Self.mark.count)
        switch try reader.number() {
        case 0: countsFalseRegions = false
        case 1: countsFalseRegions = true
        default: throw .damagedState(byteOffset: reader.position)
        }
        let steps = try reader.count()
        if steps > 0 {
            let (lowest, highest) = (try reader.score(), try reader.score())
            grid = try ScoreGrid(lowest: lowest, highest: highest, steps: steps)
        } else {
            grid = nil
        }
        pictures = try reader.count()
        negatives = try ScoreCounts(reading: &reader)
        appearing = try ScoreCounts(reading: &reader)
        vanishing = try ScoreCounts(reading: &reader)
        regions = try RegionScores(reading: &reader)
        guard reader.isAtEnd else { throw .damagedState(byteOffset: reader.position) }
    }
}
