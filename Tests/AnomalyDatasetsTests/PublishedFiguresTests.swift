import AnomalyDatasets
import Testing

@Suite("Published figures")
struct PublishedFiguresTests {
    @Test("each names its source, and holds per cents")
    func sources() {
        for figures in PublishedFigures.all {
            let values = [figures.auroc, figures.f1Maximum, figures.averagePrecision, figures.aupro].compactMap { $0 }
            #expect(!values.isEmpty && values.allSatisfy { $0 > 1 && $0 <= 100 }, "\(figures)")
            #expect(!figures.source.isEmpty && !figures.method.isEmpty)
        }
        let keys = PublishedFigures.all.map { "\($0.method) \($0.dataset)" }
        #expect(Set(keys).count == keys.count)
        #expect(PublishedDataset.allCases.allSatisfy { !PublishedFigures.of($0).isEmpty })
        #expect(PublishedDataset.mvtecAD.classes.count == 15 && PublishedDataset.visa.classes.count == 12)
    }

    @Test("a data set is told by layout and classes, of which some are enough")
    func recognised() throws {
        let part = try PictureTree()
        try part.pictures("bottle/test/good/0.png", "metal_nut/test/good/0.png")
        #expect(try Dataset(reading: part.path).published == .mvtecAD)
        let other = try PictureTree()
        try other.pictures("bottle/test/good/0.png", "bolt/test/good/0.png")
        #expect(try Dataset(reading: other.path).published == nil)
        let tiles = try PictureTree()
        try tiles.pictures("MT_Break/Imgs/0.jpg")
        try tiles.masks("MT_Break/Imgs/0.png")
        #expect(try Dataset(reading: tiles.path).published == .magneticTile)
    }
}
