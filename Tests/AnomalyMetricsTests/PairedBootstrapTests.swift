import AnomalyMetrics
import Imaging
import TestSupport
import Testing

@Suite("what became better between two runs, and how sure that is")
struct PairedBootstrapTests {
    private static let size = ImageSize(width: 10, height: 10)
    private static let truth = Mask(size: size, values: (0..<100).map { $0 < 20 })

    private static func metrics(_ scores: [Float], truth: Mask? = truth) throws -> PixelMetrics {
        var metrics = PixelMetrics(countsFalseRegions: false)
        try metrics.add(map: ScoreMap(size: size, values: scores), truth: truth)
        return metrics
    }

    /// Pictures with noise, and a lift of the anomalous pixels.
    private static func pictures(_ name: String, lift: Float, count: Int = 12, levels: Float = 1e6) throws
        -> [PixelMetrics]
    {
        try (0..<count).map { number in
            let noise = uniformNumbers("\(name) \(number)", count: 100)
            return try metrics(
                zip(noise, truth.values).map { ((($0 + ($1 ? lift : 0)) * levels).rounded()) / levels },
                truth: number % 4 == 3 ? nil : truth)
        }
    }

    private static func joined(_ pictures: [PixelMetrics]) throws -> PixelMetrics {
        var all = PixelMetrics(countsFalseRegions: false)
        for picture in pictures { try all.merge(picture) }
        return all
    }

    private static func counts(_ pictures: [PixelMetrics], limit: Int = 1000) throws -> LevelCounts {
        var counts = LevelCounts(
            thresholds: try #require(joined(pictures).curve(limit: limit).value).points.map(\.threshold))
        for picture in pictures { counts.add(picture) }
        return counts
    }

    @Test("with few distinct scores the measures on levels are the exact ones, pooled and as the mean of classes")
    func exact() throws {
        let (first, second) = (
            try Self.pictures("a", lift: 0.4, levels: 12), try Self.pictures("b", lift: 0.9, levels: 12)
        )
        let strata = (0..<12).map { $0 % 3 }
        let found = try #require(
            PairedBootstrap(count: 3).differences(Self.counts(first), Self.counts(second), strata: strata))
        for (number, pictures) in [first, second].enumerated() {
            let all = try Self.joined(pictures).summary()
            func of(_ difference: PairedBootstrap.Difference?) -> Double {
                (number == 0 ? difference?.first : difference?.second) ?? -1
            }
            #expect(abs(of(found.pooled?.auroc) - (all.auroc.value ?? 0)) < 1e-12)
            #expect(abs(of(found.pooled?.averagePrecision) - (all.averagePrecision.value ?? 0)) < 1e-12)
            #expect(abs(of(found.pooled?.f1Maximum) - (all.f1Maximum.value?.value ?? 0)) < 1e-12)
            let classes = try (0..<3).map { name in
                try Self.joined(pictures.indices.filter { strata[$0] == name }.map { pictures[$0] }).summary()
            }
            let mean = classes.compactMap(\.averagePrecision.value).reduce(0, +) / 3
            #expect(abs(of(found.mean?.averagePrecision) - mean) < 1e-12)
        }
    }

    @Test("with as many scores as pixels, levels lose little")
    func levels() throws {
        let pictures = try Self.pictures("many", lift: 0.5, count: 40)
        let exact = try Self.joined(pictures).summary()
        let counts = try Self.counts(pictures)
        let found = try #require(
            PairedBootstrap(count: 1).differences(counts, counts, strata: Array(repeating: 0, count: 40))?.pooled)
        #expect(abs(found.auroc.first - (exact.auroc.value ?? 0)) < 1e-3)
        #expect(abs(found.averagePrecision.first - (exact.averagePrecision.value ?? 0)) < 2e-3)
        #expect(abs(found.f1Maximum.first - (exact.f1Maximum.value?.value ?? 0)) < 1e-12)
    }

    @Test("a run against itself differs by nothing at all")
    func same() throws {
        let counts = try Self.counts(try Self.pictures("same", lift: 0.3))
        let found = try #require(
            PairedBootstrap(count: 50).differences(counts, counts, strata: (0..<12).map { $0 / 6 }))
        for difference in [
            found.pooled?.auroc, found.pooled?.averagePrecision, found.pooled?.f1Maximum, found.mean?.auroc,
            found.mean?.averagePrecision, found.mean?.f1Maximum,
        ] {
            let difference = try #require(difference)
            #expect(difference.interval == 0...0 && difference.shareAbove == 0.5)
            #expect(difference.first == difference.second)
        }
    }

    /// Each picture is found wholly or not at all in each run, so recall at the only useful threshold is the share of
    /// pictures found, and AUROC is `1/2 + recall / 2`. The difference of a choice is half the mean of independent draws
    /// of +1, 0 and -1, whose spread is known.
    @Test("on draws whose spread is known, the interval has the width that it must have")
    func knownSpread() throws {
        let found: [Float] = Self.truth.values.map { $0 ? 1 : 0 }
        let missed = [Float](repeating: 0, count: 100)
        // Of 60 pictures 18 are won, 6 are lost.
        let first = try (0..<60).map { try Self.metrics((18..<24).contains($0) ? found : missed) }
        let second = try (0..<60).map { try Self.metrics($0 < 18 ? found : missed) }
        let strata = [Int](repeating: 0, count: 60)
        func difference(confidence: Double) throws -> PairedBootstrap.Difference {
            try #require(
                PairedBootstrap(count: 800, seed: 1, confidence: confidence).differences(
                    Self.counts(first), Self.counts(second), strata: strata)?.pooled?.auroc)
        }
        let usual = try difference(confidence: 0.95)
        #expect(abs(usual.second - usual.first - 0.1) < 1e-12)
        // Mean 0.2 of +1 (18 times), -1 (6 times) and 0 (36 times): variance 0.4 - 0.04, halved values.
        let spread = 0.5 * ((0.4 - 0.04) / 60).squareRoot()
        #expect(abs(usual.interval.lowerBound - (0.1 - 1.96 * spread)) < 0.3 * spread)
        #expect(abs(usual.interval.upperBound - (0.1 + 1.96 * spread)) < 0.3 * spread)
        #expect(usual.shareAbove > 0.98 && usual.shareAbove < 1)
        let half = try difference(confidence: 0.5).interval
        #expect(abs(half.lowerBound - (0.1 - 0.674 * spread)) < 0.3 * spread)
        #expect(abs(half.upperBound - (0.1 + 0.674 * spread)) < 0.3 * spread)
    }

    @Test("strata keep their numbers, the same seed gives the same interval, another seed another")
    func seeds() throws {
        let (first, second) = (
            try Self.counts(Self.pictures("a", lift: 0.3)), try Self.counts(Self.pictures("b", lift: 0.5))
        )
        func interval(_ seed: UInt64, _ strata: [Int]) -> ClosedRange<Double>? {
            PairedBootstrap(count: 100, seed: seed).differences(first, second, strata: strata)?.pooled?.auroc.interval
        }
        let one = [Int](repeating: 0, count: 12)
        #expect(interval(3, one) == interval(3, one) && interval(3, one) != interval(4, one))
        // A stratum of one picture is always drawn as it is.
        let alone = try #require(interval(3, Array(0..<12)))
        #expect(alone.upperBound - alone.lowerBound < 1e-12)
        #expect(PairedBootstrap(count: 1).differences(first, second, strata: [0]) == nil)
    }

    @Test("runs without a defect, and runs without pictures, have no differences")
    func undefined() throws {
        var empty = LevelCounts(thresholds: [])
        let nothing = try #require(PairedBootstrap(count: 2).differences(empty, empty, strata: []))
        #expect(nothing.pooled == nil && nothing.mean == nil)
        empty.add(try Self.metrics([Float](repeating: 1, count: 100), truth: nil))
        #expect(empty.pictures == 1)
        var flawless = LevelCounts(thresholds: [0.5, .nan])
        flawless.add(try Self.metrics([Float](repeating: 0.1, count: 100), truth: nil))
        #expect(PairedBootstrap(count: 2).differences(flawless, flawless, strata: [0])?.pooled == nil)
    }
}
