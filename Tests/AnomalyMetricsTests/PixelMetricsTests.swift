import AnomalyMetrics
import Imaging
import TestSupport
import Testing

@Suite struct PixelMetricsTests {
    /// Pictures of some columns and rows whose scores are rounded to few levels, so that many are tied.
    private func pictures(seed: Int, levels: Float) -> [ReferenceMetrics.Picture] {
        (0..<3).map { number in
            let size = ImageSize(width: 5 + seed % 7, height: 3 + (seed / 7 + number) % 6)
            let noise = uniformNumbers("scores \(seed) \(number)", count: size.pixelCount)
            let chance = uniformNumbers("truth \(seed) \(number)", count: size.pixelCount)
            let truth = Mask(size: size, values: chance.map { $0 > 0.6 })
            let scores = zip(noise, truth.values).map { value, isPositive in
                ((value + (isPositive ? 0.5 : 0)) * levels).rounded() / levels
            }
            return .init(map: ScoreMap(size: size, values: scores), truth: number == 1 ? nil : truth)
        }
    }

    private func summary(_ pictures: [ReferenceMetrics.Picture]) throws -> PixelSummary {
        var metrics = PixelMetrics()
        for picture in pictures { try metrics.add(map: picture.map, truth: picture.truth) }
        return metrics.summary(budgets: [0, 0.1, 1, 2, 100])
    }

    @Test("every measure equals the one by its definition, with many ties and with none", arguments: 0..<40)
    func definitions(seed: Int) throws {
        let levels: Float = [1, 2, 5, 20, 1e6][seed % 5]
        let pictures = pictures(seed: seed, levels: levels)
        let reference = ReferenceMetrics(pictures)
        let found = try summary(pictures)
        #expect(abs(try #require(found.auroc.value) - reference.auroc) < 1e-12)
        #expect(abs(try #require(found.averagePrecision.value) - reference.averagePrecision) < 1e-12)
        let f1 = try #require(found.f1Maximum.value)
        #expect(abs(f1.value - reference.f1.value) < 1e-12 && f1.threshold == reference.f1.threshold)
        #expect(abs(2 * f1.precision * f1.recall / (f1.precision + f1.recall) - f1.value) < 1e-12)
        #expect(abs(f1.intersectionOverUnion - f1.value / (2 - f1.value)) < 1e-12)
        #expect(abs(try #require(found.aupro.value) - reference.aupro(to: 0.3)) < 1e-12)
        #expect(abs(try #require(found.aupro005.value) - reference.aupro(to: 0.05)) < 1e-12)
        #expect(abs((found.auproCompatible.value ?? 0) - (reference.auproCompatible ?? 0)) < 1e-12)
        #expect((found.auproCompatible.reason == .tooFewPoints) == (reference.auproCompatible == nil))
        #expect(found.ranges == nil)
        for recall in found.regionRecalls {
            #expect(recall.recall.value == reference.regionRecall(budget: recall.budget), "\(recall.budget)")
        }
    }

    @Test("a score at a coarse threshold does not exceed it")
    func coarseThresholds() throws {
        // With scores from 0 to 200 the thresholds are the whole numbers.
        let size = ImageSize(width: 12, height: 10)
        let scores = uniformNumbers("coarse", count: size.pixelCount).map { 200 - (abs($0) * 8).rounded() }
        let truth = Mask(size: size, values: uniformNumbers("coarse truth", count: size.pixelCount).map { $0 > 0.5 })
        let pictures = [
            ReferenceMetrics.Picture(map: ScoreMap(size: size, values: [0, 200] + scores.dropFirst(2)), truth: truth)
        ]
        let reference = try #require(ReferenceMetrics(pictures).auproCompatible)
        #expect(abs(try #require(summary(pictures).auproCompatible.value) - reference) < 1e-12)
    }

    @Test("the ranking turned over gives one minus the area")
    func negated() throws {
        let pictures = pictures(seed: 3, levels: 4)
        let turned = pictures.map { picture in
            ReferenceMetrics.Picture(map: picture.map.map { -$0 }, truth: picture.truth)
        }
        let sum = try #require(summary(pictures).auroc.value) + #require(summary(turned).auroc.value)
        #expect(abs(sum - 1) < 1e-12)
    }

    @Test("a perfect map scores one everywhere, a constant map half the area and the prevalence")
    func extremes() throws {
        let truth = Mask(size: ImageSize(width: 4, height: 5), values: (0..<20).map { $0 % 7 == 0 })
        let perfect = ScoreMap(size: truth.size, values: truth.values.map { $0 ? 0.9 : -0.1 })
        let best = try summary([.init(map: perfect, truth: truth)])
        #expect(best.auroc.value == 1 && best.f1Maximum.value?.value == 1 && best.f1Maximum.value?.threshold == 0.9)
        #expect(abs(try #require(best.averagePrecision.value) - 1) < 1e-12)
        #expect(abs(try #require(best.aupro.value) - 1) < 1e-12)
        #expect(best.regionRecalls.allSatisfy { $0.recall.value == 1 })
        let flat = try summary([.init(map: ScoreMap(size: truth.size, repeating: 3), truth: truth)])
        #expect(flat.auroc.value == 0.5 && flat.averagePrecision.value == 3.0 / 20)
        #expect(flat.auproCompatible.reason == .tooFewPoints)
    }

    @Test("counts are those of the pictures; a truth without pixels is a flawless picture")
    func counts() throws {
        let size = ImageSize(width: 3, height: 2)
        var metrics = PixelMetrics()
        let map = ScoreMap(size: size, values: [0, 1, 2, 3, 4, 5])
        try metrics.add(map: map, truth: Mask(size: size, values: [true, false, true, false, false, true]))
        try metrics.add(map: map, truth: Mask(size: size))
        try metrics.add(map: map, truth: nil)
        let summary = metrics.summary()
        #expect(summary.pictures == 3 && summary.positivePixels == 3 && summary.negativePixels == 15)
        #expect(summary.regions == 2)
    }

    @Test("what has no measure says why")
    func undefined() throws {
        let size = ImageSize(width: 2, height: 2)
        let map = ScoreMap(size: size, values: [1, 2, 3, 4])
        for (pictures, reason) in [
            ([], .empty), ([ReferenceMetrics.Picture(map: map, truth: nil)], .noPositives),
            ([.init(map: map, truth: Mask(size: size, repeating: true))], .noNegatives),
        ] as [([ReferenceMetrics.Picture], UndefinedMeasure)] {
            let found = try summary(pictures)
            #expect(found.auroc == .undefined(reason) && found.averagePrecision == .undefined(reason))
            #expect(found.f1Maximum == .undefined(reason) && found.aupro == .undefined(reason))
            #expect(found.aupro005 == .undefined(reason) && found.auproCompatible == .undefined(reason))
            // Regions that are all there is can be found.
            let recall: Measure = reason == .noNegatives ? .defined(1) : .undefined(reason)
            #expect(found.regionRecalls.allSatisfy { $0.recall == recall })
        }
        var metrics = PixelMetrics(countsFalseRegions: false)
        try metrics.add(map: map, truth: Mask(size: size, values: [true, false, false, false]))
        #expect(metrics.summary().regionRecalls.map(\.recall) == [.undefined(.notCounted), .undefined(.notCounted)])
        #expect(metrics.summary().auroc.value == 0)
        #expect(Set(UndefinedMeasure.allCases.map(\.description)).count == UndefinedMeasure.allCases.count)
    }

    @Test("zero has no sign, infinities have their place")
    func specialScores() throws {
        let size = ImageSize(width: 4, height: 1)
        let truth = Mask(size: size, values: [true, false, true, false])
        let zeros = try summary([.init(map: ScoreMap(size: size, values: [0, -0.0, 0, -0.0]), truth: truth)])
        #expect(zeros.auroc.value == 0.5)
        let wide = ScoreMap(size: size, values: [.infinity, 3, -1, -.infinity])
        #expect(try summary([.init(map: wide, truth: truth)]).auroc.value == 0.75)
    }

    @Test("scores that are not numbers and truths of another size are refused, and nothing of them is kept")
    func refusals() throws {
        let size = ImageSize(width: 3, height: 1)
        let map = ScoreMap(size: size, values: [1, 2, .nan])
        var metrics = PixelMetrics()
        #expect(throws: MetricsError.notANumber(index: 2)) { try metrics.add(map: map, truth: nil) }
        let other = ImageSize(width: 1, height: 3)
        #expect(throws: MetricsError.sizesDiffer(map: size, truth: other)) {
            try metrics.add(map: ScoreMap(size: size, repeating: 0), truth: Mask(size: other))
        }
        #expect(metrics.summary().pictures == 0 && metrics.summary().negativePixels == 0)
        #expect(
            MetricsError.sizesDiffer(map: size, truth: other).description
                == "the map is 3 x 1 and the truth 1 x 3; resize one of them first")
        #expect(
            MetricsError.notANumber(index: 2).description
                == "the score at index 2 is not a number; find out where the map was computed")
        #expect(
            MetricsError.unusableGrid(lowest: 1, highest: 0, steps: 3).description
                == "no grid of 3 steps leads from 1.0 to 0.0; take finite ends, the lower one first, and 1 to 1048576 steps"
        )
        #expect(
            MetricsError.settingsDiffer.description
                == "the counts differ in their grid, or in whether false regions are counted; count all parts in the same way"
        )
        #expect(
            MetricsError.damagedState(byteOffset: 7).description
                == "these are no stored counts, or they are damaged at byte 7; count these pictures again")
    }
}
