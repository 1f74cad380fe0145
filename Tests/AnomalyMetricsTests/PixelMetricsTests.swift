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
        return metrics.summary()
    }

    @Test("every measure equals the one by its definition, with many ties and with none", arguments: 0..<40)
    func definitions(seed: Int) throws {
        let levels: Float = [1, 2, 5, 20, 1e6][seed % 5]
        let pictures = pictures(seed: seed, levels: levels)
        let reference = ReferenceMetrics(pictures)
        let found = try summary(pictures)
        #expect(abs(try #require(found.auroc) - reference.auroc) < 1e-9)
        #expect(abs(try #require(found.averagePrecision) - reference.averagePrecision) < 1e-9)
        let f1 = try #require(found.f1Maximum)
        #expect(abs(f1.value - reference.f1.value) < 1e-9 && f1.threshold == reference.f1.threshold)
        #expect(abs(2 * f1.precision * f1.recall / (f1.precision + f1.recall) - f1.value) < 1e-9)
        #expect(abs(try #require(found.auproExact) - reference.auproExact) < 1e-9)
        let compatible = try #require(found.auproCompatible)
        #expect(abs(compatible.value - (reference.auproCompatible ?? 0)) < 1e-9)
        #expect(compatible.isDegenerate == (reference.auproCompatible == nil))
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
        #expect(abs(try #require(summary(pictures).auproCompatible).value - reference) < 1e-9)
    }

    @Test("reading every picture twice gives the same as keeping it", arguments: 0..<5)
    func streaming(seed: Int) throws {
        let pictures = pictures(seed: seed, levels: 9)
        let streamed = try PixelMetrics.summary(of: pictures.count) { (pictures[$0].map, pictures[$0].truth) }
        #expect(streamed == (try summary(pictures)))
    }

    @Test("the ranking turned over gives one minus the area")
    func negated() throws {
        let pictures = pictures(seed: 3, levels: 4)
        let turned = pictures.map { picture in
            ReferenceMetrics.Picture(map: picture.map.map { -$0 }, truth: picture.truth)
        }
        let sum = try #require(summary(pictures).auroc) + #require(summary(turned).auroc)
        #expect(abs(sum - 1) < 1e-12)
    }

    @Test("a perfect map scores one everywhere, a constant map half the area and the prevalence")
    func extremes() throws {
        let truth = Mask(size: ImageSize(width: 4, height: 5), values: (0..<20).map { $0 % 7 == 0 })
        let perfect = ScoreMap(size: truth.size, values: truth.values.map { $0 ? 0.9 : -0.1 })
        let best = try summary([.init(map: perfect, truth: truth)])
        #expect(best.auroc == 1 && best.f1Maximum?.value == 1 && best.f1Maximum?.threshold == 0.9)
        #expect(abs(try #require(best.averagePrecision) - 1) < 1e-12)
        #expect(abs(try #require(best.auproExact) - 1) < 1e-12)
        let flat = try summary([.init(map: ScoreMap(size: truth.size, repeating: 3), truth: truth)])
        #expect(flat.auroc == 0.5 && flat.averagePrecision == 3.0 / 20)
        #expect(flat.auproCompatible?.value == 0 && flat.auproCompatible?.isDegenerate == true)
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

    @Test("a class without positives, without negatives or without pictures has no measures")
    func undefined() throws {
        let size = ImageSize(width: 2, height: 2)
        let map = ScoreMap(size: size, values: [1, 2, 3, 4])
        for pictures in [
            [], [ReferenceMetrics.Picture(map: map, truth: nil)],
            [.init(map: map, truth: Mask(size: size, repeating: true))],
        ] {
            let found = try summary(pictures)
            #expect(found.auroc == nil && found.averagePrecision == nil && found.f1Maximum == nil)
            #expect(found.auproExact == nil && found.auproCompatible == nil)
        }
    }

    @Test("zero has no sign, infinities have their place")
    func specialScores() throws {
        let size = ImageSize(width: 4, height: 1)
        let truth = Mask(size: size, values: [true, false, true, false])
        let zeros = try summary([.init(map: ScoreMap(size: size, values: [0, -0.0, 0, -0.0]), truth: truth)])
        #expect(zeros.auroc == 0.5)
        let wide = ScoreMap(size: size, values: [.infinity, 3, -1, -.infinity])
        #expect(try summary([.init(map: wide, truth: truth)]).auroc == 0.75)
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
    }
}

@Suite struct ImageMetricsTests {
    @Test("measures over pictures equal those by definition", arguments: 0..<10)
    func definitions(seed: Int) throws {
        let scores = uniformNumbers("image \(seed)", count: 40).map { ($0 * 6).rounded() }
        let labels = uniformNumbers("label \(seed)", count: 40).map { $0 > 0.2 }
        let size = ImageSize(width: 40, height: 1)
        let reference = ReferenceMetrics([
            .init(map: ScoreMap(size: size, values: scores), truth: Mask(size: size, values: labels))
        ])
        let found = try ImageMetrics(scores: scores, labels: labels)
        #expect(abs(try #require(found.auroc) - reference.auroc) < 1e-9)
        #expect(abs(try #require(found.averagePrecision) - reference.averagePrecision) < 1e-9)
        #expect(abs(try #require(found.f1Maximum).value - reference.f1.value) < 1e-9)
    }

    @Test("one kind of label alone has no measures, unequal counts are refused")
    func undefined() throws {
        #expect(try ImageMetrics(scores: [1, 2], labels: [true, true]).auroc == nil)
        #expect(try ImageMetrics(scores: [], labels: []).f1Maximum == nil)
        #expect(throws: MetricsError.countsDiffer(scores: 2, labels: 1)) {
            try ImageMetrics(scores: [1, 2], labels: [true])
        }
        #expect(throws: MetricsError.notANumber(index: 1)) {
            try ImageMetrics(scores: [1, .nan], labels: [true, false])
        }
    }
}

@Suite struct MaskAgreementTests {
    @Test("agreement pools the pixels of all pictures")
    func pooled() throws {
        let size = ImageSize(width: 4, height: 1)
        var agreement = MaskAgreement()
        #expect(agreement.f1 == nil && agreement.recall == nil && agreement.precision == nil)
        try agreement.add(
            mask: Mask(size: size, values: [true, true, false, false]),
            truth: Mask(size: size, values: [true, false, true, false]))
        try agreement.add(mask: Mask(size: size, values: [false, false, false, true]), truth: nil)
        #expect(agreement.truePositives == 1 && agreement.falsePositives == 2 && agreement.falseNegatives == 1)
        #expect(agreement.intersectionOverUnion == 0.25 && agreement.f1 == 0.4)
        #expect(agreement.precision == 1.0 / 3 && agreement.recall == 0.5)
        let other = ImageSize(width: 1, height: 4)
        #expect(throws: MetricsError.sizesDiffer(map: size, truth: other)) {
            try agreement.add(mask: Mask(size: size), truth: Mask(size: other))
        }
    }
}
