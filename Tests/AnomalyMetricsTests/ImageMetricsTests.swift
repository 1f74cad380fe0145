import AnomalyMetrics
import Imaging
import TestSupport
import Testing

@Suite struct ImageMetricsTests {
    private func metrics(_ scores: [Float], _ labels: [Bool]) throws -> ImageMetrics {
        var collected = ImageScores()
        for (score, label) in zip(scores, labels) { try collected.add(score, isAnomalous: label) }
        return collected.summary()
    }

    @Test("measures over pictures equal those by definition", arguments: 0..<10)
    func definitions(seed: Int) throws {
        let scores = uniformNumbers("image \(seed)", count: 40).map { ($0 * 6).rounded() }
        let labels = uniformNumbers("label \(seed)", count: 40).map { $0 > 0.2 }
        let size = ImageSize(width: 40, height: 1)
        let reference = ReferenceMetrics([
            .init(map: ScoreMap(size: size, values: scores), truth: Mask(size: size, values: labels))
        ])
        let found = try metrics(scores, labels)
        #expect(abs(try #require(found.auroc.value) - reference.auroc) < 1e-12)
        #expect(abs(try #require(found.averagePrecision.value) - reference.averagePrecision) < 1e-12)
        #expect(abs(try #require(found.f1Maximum.value).value - reference.f1.value) < 1e-12)
        #expect(found.positives == labels.count { $0 } && found.negatives == labels.count { !$0 })
    }

    @Test("one kind of label alone has no measures, a score that is no number is refused")
    func undefined() throws {
        #expect(try metrics([1, 2], [true, true]).auroc == .undefined(.noNegatives))
        #expect(try metrics([1, 2], [false, false]).averagePrecision == .undefined(.noPositives))
        #expect(try metrics([], []).f1Maximum == .undefined(.empty))
        #expect(throws: MetricsError.notANumber(index: 1)) { try metrics([1, .nan], [true, false]) }
    }
}
