import AnomalyMetrics
import Imaging
import TestSupport
import Testing

/// Accumulators of parts, joined and stored.
@Suite struct MergedMetricsTests {
    private func maps(_ seed: Int) -> [(ScoreMap, Mask?)] {
        (0..<7).map { number in
            let size = ImageSize(width: 4 + number, height: 9)
            let levels: Float = seed.isMultiple(of: 2) ? 6 : 1e6
            let scores = uniformNumbers("part \(seed) \(number)", count: size.pixelCount).map {
                ($0 * levels).rounded() / levels
            }
            let chance = uniformNumbers("part truth \(seed) \(number)", count: size.pixelCount)
            let truth = Mask(size: size, values: chance.map { $0 > 0.5 })
            return (ScoreMap(size: size, values: scores), number % 3 == 0 ? nil : truth)
        }
    }

    @Test("parts joined in any order equal the whole to the byte", arguments: 0..<8)
    func parts(seed: Int) throws {
        let maps = maps(seed)
        let grid = seed % 4 < 2 ? nil : try ScoreGrid(lowest: -1, highest: 1, steps: 50)
        var whole = PixelMetrics(grid: grid)
        for (map, truth) in maps { try whole.add(map: map, truth: truth) }
        for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
            var joined = PixelMetrics(grid: grid)
            for part in order {
                var piece = PixelMetrics(grid: grid)
                for index in maps.indices where index % 3 == part {
                    try piece.add(map: maps[index].0, truth: maps[index].1)
                }
                try joined.merge(PixelMetrics(bytes: piece.bytes))
            }
            let isSame = joined.bytes == whole.bytes
            #expect(isSame && joined.summary() == whole.summary())
            #expect(joined.agreement(atLeast: 0.25) == whole.agreement(atLeast: 0.25))
        }
    }

    @Test("counts at a threshold are those of the masks")
    func agreement() throws {
        let maps = maps(1)
        var metrics = PixelMetrics()
        var masks = MaskAgreement()
        for (map, truth) in maps {
            try metrics.add(map: map, truth: truth)
            try masks.add(mask: map.mask(atLeast: 0.125), truth: truth)
        }
        #expect(metrics.agreement(atLeast: 0.125) == masks)
        #expect(metrics.agreement(atLeast: .nan) == MaskAgreement())
    }

    @Test("a state that was cut off or changed is an error and never a trap")
    func damage() throws {
        var metrics = PixelMetrics(grid: try ScoreGrid(lowest: -1, highest: 1, steps: 9))
        for (map, truth) in maps(3) { try metrics.add(map: map, truth: truth) }
        let bytes = metrics.bytes
        for length in bytes.indices {
            #expect(throws: MetricsError.self) { try PixelMetrics(bytes: Array(bytes[..<length])) }
        }
        for index in bytes.indices {
            for change in [1, 0x80, 0xFF] as [UInt8] {
                var changed = bytes
                changed[index] ^= change
                // What is still well formed says something else, or is refused.
                if let found = try? PixelMetrics(bytes: changed) {
                    let isSame = found.bytes == changed
                    #expect(isSame, "byte \(index)")
                    if change == 1 { _ = found.summary() }
                }
            }
        }
        // Zero with a byte too many says the same, and is refused, as equal counts have equal bytes.
        let empty = PixelMetrics().bytes
        #expect(throws: MetricsError.damagedState(byteOffset: empty.count + 1)) {
            try PixelMetrics(bytes: empty.dropLast() + [0x80, 0])
        }
        #expect(throws: MetricsError.damagedState(byteOffset: bytes.count)) { try PixelMetrics(bytes: bytes + [0]) }
        #expect(throws: MetricsError.damagedState(byteOffset: 0)) { try PixelMetrics(bytes: Array("hello".utf8)) }
    }

    @Test("counts of different settings are not joined")
    func settings() throws {
        var metrics = PixelMetrics()
        #expect(throws: MetricsError.settingsDiffer) { try metrics.merge(PixelMetrics(countsFalseRegions: false)) }
        let grid = try ScoreGrid(lowest: 0, highest: 1, steps: 9)
        #expect(throws: MetricsError.settingsDiffer) { try metrics.merge(PixelMetrics(grid: grid)) }
        var boundaries = BoundaryAgreement()
        #expect(throws: MetricsError.settingsDiffer) { try boundaries.merge(BoundaryAgreement(tolerance: 0.1)) }
    }

    @Test("image scores joined and stored equal the whole")
    func images() throws {
        let scores = uniformNumbers("joined images", count: 60).map { ($0 * 9).rounded() }
        var (whole, odd, even) = (ImageScores(), ImageScores(), ImageScores())
        for (index, score) in scores.enumerated() {
            try whole.add(score, isAnomalous: index % 3 == 0)
            if index % 2 == 0 { try even.add(score, isAnomalous: index % 3 == 0) }
            if index % 2 == 1 { try odd.add(score, isAnomalous: index % 3 == 0) }
        }
        var joined = try ImageScores(bytes: odd.bytes)
        joined.merge(even)
        #expect(joined.bytes == whole.bytes && joined.summary() == whole.summary())
        for length in whole.bytes.indices {
            #expect(throws: MetricsError.self) { try ImageScores(bytes: Array(whole.bytes[..<length])) }
        }
    }
}
