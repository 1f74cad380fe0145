import AnomalyMetrics
import Imaging
import TestSupport
import Testing

@Suite("curves and histograms of scores")
struct ScoreCurveTests {
    private struct Pictures {
        var metrics = PixelMetrics(countsFalseRegions: false)
        var scores: [(score: Float, isAnomalous: Bool)] = []
        var pictures: [ReferenceMetrics.Picture] = []

        /// - Parameters:
        ///   - levels: how many scores there are between 0 and 1; few make many ties.
        ///   - rarity: above which number of -1...1 a pixel is anomalous.
        init(_ seed: String, side: Int, levels: Float, rarity: Float = 0.6) throws {
            for number in 0..<2 {
                let size = ImageSize(width: side, height: side + number)
                let noise = uniformNumbers("scores \(seed) \(number)", count: size.pixelCount)
                let chance = uniformNumbers("truth \(seed) \(number)", count: size.pixelCount)
                let truth = Mask(size: size, values: chance.map { $0 > rarity })
                let values = zip(noise, truth.values).map { ((($0 + ($1 ? 0.5 : 0)) * levels).rounded()) / levels }
                let map = ScoreMap(size: size, values: values)
                try metrics.add(map: map, truth: truth)
                scores += zip(values, truth.values).map { ($0, $1) }
                pictures.append(.init(map: map, truth: truth))
            }
        }
    }

    private func area(_ places: [ScoreCurve.Place], to limit: Double = 1) -> Double {
        zip(places, places.dropFirst()).reduce(0) { sum, pair in
            let width = min(pair.1.x, limit) - min(pair.0.x, limit)
            if width <= 0 { return sum }
            let end = pair.0.y + (pair.1.y - pair.0.y) * width / (pair.1.x - pair.0.x)
            return sum + width * (pair.0.y + end) / 2
        }
    }

    @Test("with a point for each score, every count is the one by definition", arguments: [1, 3, 20] as [Float])
    func everyPoint(levels: Float) throws {
        let pictures = try Pictures("whole \(levels)", side: 7, levels: levels)
        let curve = try #require(pictures.metrics.curve(limit: 2000).value)
        #expect(curve.points.map(\.threshold) == Set(pictures.scores.map { $0.score + 0 }).sorted(by: >))
        for point in curve.points {
            let found = pictures.scores.filter { $0.score >= point.threshold }
            #expect(point.truePositives == found.count { $0.isAnomalous })
            #expect(point.falsePositives == found.count { !$0.isAnomalous })
        }
        let reference = ReferenceMetrics(pictures.pictures)
        #expect(abs(area(curve.receiverOperating) - reference.auroc) < 1e-12)
        #expect(abs(area(curve.regionOverlap, to: 0.3) / 0.3 - reference.aupro(to: 0.3)) < 1e-12)
        var recall = 0.0
        let steps = curve.precisionRecall.reduce(0) { sum, place in
            defer { recall = place.x }
            return sum + (place.x - recall) * place.y
        }
        #expect(abs(steps - reference.averagePrecision) < 1e-12)
    }

    @Test("few points keep the areas within the bound", arguments: [0.1, 0.6, 0.995] as [Float], [3, 20, 60, 300])
    func fewPoints(rarity: Float, limit: Int) throws {
        let pictures = try Pictures("thin \(rarity)", side: 90, levels: 1e6, rarity: rarity)
        let curve = try #require(pictures.metrics.curve(limit: limit).value)
        let exact = pictures.metrics.summary()
        #expect(curve.points.count <= limit && curve.points.count >= limit / 3)
        #expect(abs(area(curve.receiverOperating) - (exact.auroc.value ?? 0)) < 2 / Double(limit - 2))
        #expect(
            abs(area(curve.regionOverlap, to: 0.3) - 0.3 * (exact.aupro.value ?? 0)) < 2 / Double(limit - 2))
        let best = try #require(exact.f1Maximum.value)
        let point = try #require(curve.points.first { $0.threshold == best.threshold })
        #expect(Double(point.truePositives) / Double(curve.positives) == best.recall)
        #expect(curve.points.last?.truePositives == exact.positivePixels)
        #expect(curve.points.last?.falsePositives == exact.negativePixels && curve.points.last?.overlap == 1)
        if limit == 300 {
            var recall = 0.0
            let steps = curve.precisionRecall.reduce(0) { sum, place in
                defer { recall = place.x }
                return sum + (place.x - recall) * place.y
            }
            #expect(abs(steps - (exact.averagePrecision.value ?? 0)) < 0.01)
        }
    }

    @Test("the curve of pictures is that of pixels that are regions of their own")
    func ofPictures() throws {
        let pictures = try Pictures("images", side: 12, levels: 30)
        var scores = ImageScores()
        for (score, isAnomalous) in pictures.scores { try scores.add(score, isAnomalous: isAnomalous) }
        let curve = try #require(scores.curve(limit: 1000).value)
        let pixels = try #require(pictures.metrics.curve(limit: 1000).value)
        #expect(curve.receiverOperating == pixels.receiverOperating)
        #expect(curve.precisionRecall == pixels.precisionRecall)
        #expect(abs(area(curve.regionOverlap) - (scores.summary().auroc.value ?? 0)) < 1e-12)
    }

    @Test("what has no measure has no curve, and says why")
    func undefined() throws {
        var metrics = PixelMetrics()
        #expect(metrics.curve().reason == .empty && ImageScores().curve().reason == .empty)
        let size = ImageSize(width: 2, height: 2)
        try metrics.add(map: ScoreMap(size: size, values: [1, 2, 3, 4]), truth: nil)
        #expect(metrics.curve().reason == .noPositives)
        #expect(metrics.histogram(bins: 3).normal == [1, 1, 2])
        #expect(PixelMetrics().histogram(bins: 2).normal == [0, 0])
    }

    @Test("each score is counted in its bin, those outside at the ends, infinite ones too")
    func histograms() throws {
        let pictures = try Pictures("bins", side: 30, levels: 1e4)
        let range = pictures.metrics.scoreRange
        #expect(range.lowerBound == pictures.scores.map(\.score).min())
        #expect(range.upperBound == pictures.scores.map(\.score).max())
        let found = pictures.metrics.histogram(bins: 10, over: -0.5...0.75)
        for (isAnomalous, counts) in [(true, found.anomalous), (false, found.normal)] {
            var expected = [Int](repeating: 0, count: 10)
            for (score, label) in pictures.scores where label == isAnomalous {
                expected[max(0, min(9, Int(((Double(score) + 0.5) / 1.25 * 10).rounded(.down))))] += 1
            }
            #expect(counts == expected)
        }
        var wide = PixelMetrics()
        let map = ScoreMap(size: ImageSize(width: 4, height: 1), values: [-.infinity, 0, 1, .infinity])
        try wide.add(map: map, truth: nil)
        #expect(wide.histogram(bins: 2).normal == [1, 3])
        #expect(wide.histogram(bins: 2, over: 0...1).normal == [2, 2])
    }
}
