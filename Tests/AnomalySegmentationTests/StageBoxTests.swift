import Imaging
import Testing

@testable import AnomalySegmentation

@Suite("Box for the third stage")
struct StageBoxTests {
    private let mask = Scene.mask([
        "..........",
        ".###...#..",
        ".###...#..",
        ".......#..",
        "...##.....",
        "..........",
    ])

    /// The part at the right is the hottest.
    private let scores = Scene.map(10, 6) { x, _ in Float(x) / 10 }

    private func box(
        _ rule: CascadeConfiguration.BoxRule, _ positives: [(Int, Int)] = [], padding: Float = 0
    ) -> ImageBox? {
        StageBox.around(
            MaskRows(mask), positives: positives.map { ImagePoint(x: Double($0.0), y: Double($0.1)) },
            scores: ScoreRows(scores),
            CascadeConfiguration {
                $0.boxRule = rule
                $0.boxPadding = padding
            })
    }

    @Test("around the hottest part")
    func best() {
        #expect(box(.bestComponent, [(2, 1)]) == ImageBox(x0: 7, y0: 1, x1: 7, y1: 3))
    }

    @Test("around every part that holds a positive, or the hottest")
    func containsPositive() {
        #expect(box(.containsPositive, [(2, 1)]) == ImageBox(x0: 1, y0: 1, x1: 3, y1: 2))
        #expect(box(.containsPositive, [(2, 1), (4, 4)]) == ImageBox(x0: 1, y0: 1, x1: 4, y1: 4))
        #expect(box(.containsPositive, [(0, 0)]) == ImageBox(x0: 7, y0: 1, x1: 7, y1: 3))
    }

    @Test("around everything")
    func all() {
        #expect(box(.all) == ImageBox(x0: 1, y0: 1, x1: 7, y1: 4))
    }

    @Test("grown by a share of its sides, cut at the border")
    func padding() {
        #expect(box(.containsPositive, [(2, 1)], padding: 0.5) == ImageBox(x0: 0, y0: 0, x1: 5, y1: 3))
        #expect(box(.all, padding: 0.02) == ImageBox(x0: 1, y0: 1, x1: 7, y1: 4))
    }

    @Test("none around nothing", arguments: CascadeConfiguration.BoxRule.allCases)
    func empty(rule: CascadeConfiguration.BoxRule) {
        let none = MaskRows(size: ImageSize(width: 4, height: 4))
        let scores = ScoreRows(ScoreMap(size: none.size, repeating: 0))
        #expect(StageBox.around(none, positives: [], scores: scores, CascadeConfiguration { $0.boxRule = rule }) == nil)
    }
}
