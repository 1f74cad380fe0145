import AnomalyMetrics
import Foundation
import Imaging
import TestSupport
import Testing

/// Against scikit-learn, and against region overlap by SciPy.
@Suite struct LibraryMetricsTests {
    struct Fixtures: Decodable {
        var cases: [Case]
    }

    struct Case: Decodable {
        struct Picture: Decodable {
            var width: Int
            var scores: [Float]
            var truth: String
        }

        var pictures: [Picture]
        var auroc: Double
        var averagePrecision: Double
        var f1: Double
        var threshold: Float
        var thresholds: [Float]
        var precisions: [Double]
        var recalls: [Double]
        var overlap: Double
        var strictOverlap: Double
    }

    private func cases() throws -> [Case] {
        try JSONDecoder().decode(
            Fixtures.self, from: Data(contentsOf: Fixture.url("AnomalyMetrics/scores.json"))
        ).cases
    }

    @Test("pixel measures are those of scikit-learn, and region overlap that of its definition")
    func pixels() throws {
        let cases = try cases()
        #expect(cases.count == 4)
        for fixture in cases {
            var metrics = PixelMetrics()
            for picture in fixture.pictures {
                let size = ImageSize(width: picture.width, height: picture.scores.count / picture.width)
                let truth = Mask(size: size, values: picture.truth.map { $0 == "1" })
                try metrics.add(map: ScoreMap(size: size, values: picture.scores), truth: truth)
            }
            let found = metrics.summary()
            #expect(abs(try #require(found.auroc.value) - fixture.auroc) < 1e-9)
            #expect(abs(try #require(found.averagePrecision.value) - fixture.averagePrecision) < 1e-9)
            let f1 = try #require(found.f1Maximum.value)
            #expect(abs(f1.value - fixture.f1) < 1e-9 && f1.threshold == fixture.threshold)
            #expect(abs(try #require(found.aupro.value) - fixture.overlap) < 1e-9)
            #expect(abs(try #require(found.aupro005.value) - fixture.strictOverlap) < 1e-9)
            for (threshold, expected) in zip(fixture.thresholds, zip(fixture.precisions, fixture.recalls)) {
                let counts = metrics.agreement(atLeast: threshold)
                let f1 = 2 * expected.0 * expected.1 / max(expected.0 + expected.1, .leastNonzeroMagnitude)
                #expect(abs(try #require(counts.precision.value) - expected.0) < 1e-9)
                #expect(abs(try #require(counts.recall.value) - expected.1) < 1e-9)
                #expect(abs(try #require(counts.f1.value) - f1) < 1e-9)
            }
        }
        #expect(cases.map(\.thresholds.count).reduce(0, +) > 20)
    }

    @Test("image measures are those of scikit-learn")
    func images() throws {
        for fixture in try cases() {
            var scores = ImageScores()
            for picture in fixture.pictures {
                for (score, label) in zip(picture.scores, picture.truth) {
                    try scores.add(score, isAnomalous: label == "1")
                }
            }
            let found = scores.summary()
            #expect(abs(try #require(found.auroc.value) - fixture.auroc) < 1e-9)
            #expect(abs(try #require(found.averagePrecision.value) - fixture.averagePrecision) < 1e-9)
            #expect(abs(try #require(found.f1Maximum.value).value - fixture.f1) < 1e-9)
        }
    }
}

/// Many scores that share few pages of counts, and scores that occur very often.
@Suite struct CrowdedScoresTests {
    /// Neighbouring floats, with a score that nearly half of them have.
    private func scores(_ seed: Int, _ count: Int) -> [Float] {
        uniformNumbers("crowded \(seed)", count: count).enumerated().map { index, value in
            index % 5 < 2 ? 1.0005 : Float(bitPattern: 0x3F80_0000 + UInt32(abs(value) * 12000))
        }
    }

    @Test("counts of crowded scores are exact, and joined ones equal the whole")
    func crowded() throws {
        let positives = scores(1, 30_000)
        let negatives = scores(2, 200_000)
        var (whole, first, second) = (ImageScores(), ImageScores(), ImageScores())
        for (index, score) in positives.enumerated() {
            try whole.add(score, isAnomalous: true)
            if index < 100 { try first.add(score, isAnomalous: true) } else { try second.add(score, isAnomalous: true) }
        }
        for (index, score) in negatives.enumerated() {
            try whole.add(score, isAnomalous: false)
            if index < 199_000 {
                try first.add(score, isAnomalous: false)
            } else {
                try second.add(score, isAnomalous: false)
            }
        }
        // By counting ranks: how many negatives are below each positive.
        let sorted = negatives.sorted()
        var wins = 0
        for score in positives {
            func rank(_ isBelow: (Float) -> Bool) -> Int {
                var (low, high) = (0, sorted.count)
                while low < high {
                    let middle = (low + high) / 2
                    if isBelow(sorted[middle]) { low = middle + 1 } else { high = middle }
                }
                return low
            }
            wins += rank { $0 < score } + rank { $0 <= score }
        }
        let expected = Double(wins) / 2 / Double(positives.count) / Double(negatives.count)
        #expect(abs(try #require(whole.summary().auroc.value) - expected) < 1e-12)
        for (a, b) in [(first, second), (second, first)] {
            var joined = a
            joined.merge(b)
            let isSame = joined.bytes == whole.bytes
            #expect(isSame && joined.summary() == whole.summary())
            let isStored = try ImageScores(bytes: joined.bytes).bytes == whole.bytes
            #expect(isStored)
        }
        // Twice the same doubles the counts, beyond what one byte and two bytes hold.
        var twice = whole
        twice.merge(whole)
        #expect(twice.summary().auroc == whole.summary().auroc)
        #expect(twice.summary().negatives == 400_000)
    }
}
