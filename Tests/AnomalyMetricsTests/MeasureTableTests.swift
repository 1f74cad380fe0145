import AnomalyMetrics
import Imaging
import Testing

@Suite struct MeasureTableTests {
    /// Two pictures of one row whose truth is the same pixel, or none.
    private func summary(_ scores: [Float], isDefective: Bool = true) throws -> PixelSummary {
        let size = ImageSize(width: scores.count, height: 1)
        var metrics = PixelMetrics()
        let truth = Mask(size: size, values: scores.indices.map { isDefective && $0 == 1 })
        try metrics.add(map: ScoreMap(size: size, values: scores), truth: truth)
        try metrics.add(map: ScoreMap(size: size, values: scores), truth: truth)
        return metrics.summary()
    }

    private func table() throws -> MeasureTable {
        var table = MeasureTable()
        table.add(try summary([1, 2, 3, 0, 0]), of: "bolt", by: "map")
        table.add(try summary([1, 9, 3, 0, 0]), of: "bolt", by: "mask")
        table.add(try summary([1, 4, 3, 0, 0]), of: "nut", by: "map")
        table.add(try summary([1, 2], isDefective: false), of: "screw", by: "map")
        return table
    }

    @Test("rows hold the measures of their class in the order of adding")
    func rows() throws {
        let rows = try table().rows
        #expect(rows.map(\.className) == ["bolt", "bolt", "nut", "screw"])
        #expect(rows.map(\.method) == ["map", "mask", "map", "map"] && rows.allSatisfy { $0.pixels.pictures == 2 })
        let first = rows[0].measures
        #expect(first.auroc == 0.75 && first.averagePrecision == 0.5 && first.f1Maximum == 2.0 / 3)
        #expect(first.aupro == (try summary([1, 2, 3, 0, 0])).aupro.value && first.aupro != first.auroc)
        #expect(MeasureTable.Measures.columns.map { first[keyPath: $0] } == [0.75, 0.5, 2.0 / 3, first.aupro])
    }

    @Test("a mean counts every class of its method alike, and leaves out classes without a measure")
    func mean() throws {
        let table = try table()
        let mean = table.mean(by: "map")
        #expect(mean.auroc == (0.75 + 1) / 2 && mean.averagePrecision == 0.75 && mean.f1Maximum == (2.0 / 3 + 1) / 2)
        let overlaps = table.rows.filter { $0.method == "map" }.compactMap(\.measures.aupro)
        #expect(overlaps.count == 2 && mean.aupro == (overlaps[0] + overlaps[1]) / 2)
        #expect(table.mean(by: "mask") == table.rows[1].measures)
        #expect(table.mean(by: "other") == MeasureTable().mean(by: "map"))
        #expect(table.mean(by: "other").auroc == nil)
    }

    @Test("the mean of any measure can be taken, that of pictures too")
    func anyMeasure() throws {
        var table = try table()
        var scores = ImageScores()
        for (score, isAnomalous) in [(0.9, true), (0.1, false), (0.4, true), (0.5, false)] as [(Float, Bool)] {
            try scores.add(score, isAnomalous: isAnomalous)
        }
        table.add(try summary([1, 2]), images: scores.summary(), of: "cap", by: "image")
        #expect(table.mean(by: "image") { $0.images?.auroc ?? .undefined(.empty) } == 0.75)
        #expect(table.mean(by: "map") { $0.images?.auroc ?? .undefined(.empty) } == nil)
        #expect(table.mean(by: "image") { $0.pixels.aupro005 } == table.rows[4].pixels.aupro005.value)
    }
}
