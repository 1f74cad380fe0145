import Imaging
import Testing

@testable import AnomalySegmentation

@Suite("Cleaning of the last mask")
struct MaskCleaningTests {
    /// 1,024 px on the longer side, so that areas are those of the configuration.
    private let size = ImageSize(width: 1024, height: 40)
    private let body = ImageBox(x0: 100, y0: 5, x1: 139, y1: 34)

    private func cleaned(_ mask: Mask, heat: ScoreMap? = nil) -> Mask {
        let group = Scene.group(mask, positives: [(120, 10)], peak: 0.8)
        return MaskCleaning.cleaned(
            MaskRows(mask), of: group, heat: ScoreRows(heat ?? ScoreMap(size: size, repeating: 0.1)),
            CascadeConfiguration.Cleaning()
        ).mask
    }

    @Test("a part without a positive is kept only when it is hot")
    func parts() {
        let mask = Scene.mask(size, body, ImageBox(x0: 300, y0: 5, x1: 309, y1: 14))
        #expect(cleaned(mask) == Scene.mask(size, body))
        let hot = Scene.map(1024, 40) { x, _ in x >= 300 ? 0.4 : 0.1 }
        #expect(cleaned(mask, heat: hot) == mask)
        let lukewarm = Scene.map(1024, 40) { x, _ in x >= 300 ? 0.39 : 0.1 }
        #expect(cleaned(mask, heat: lukewarm) == Scene.mask(size, body))
    }

    @Test("small parts go even when hot")
    func islands() {
        let hot = ScoreMap(size: size, repeating: 0.9)
        let fifteen = Scene.mask(size, body, ImageBox(x0: 300, y0: 5, x1: 304, y1: 7))
        let sixteen = Scene.mask(size, body, ImageBox(x0: 300, y0: 5, x1: 303, y1: 8))
        #expect(cleaned(fifteen, heat: hot) == Scene.mask(size, body))
        #expect(cleaned(sixteen, heat: hot) == sixteen)
    }

    @Test("holes of fewer pixels than the limit are filled")
    func holes() {
        let solid = Scene.mask(size, body)
        let smaller = solid.subtracting(Scene.mask(size, ImageBox(x0: 110, y0: 15, x1: 118, y1: 21)))
        let larger = solid.subtracting(Scene.mask(size, ImageBox(x0: 110, y0: 15, x1: 117, y1: 22)))
        #expect(cleaned(smaller) == solid)
        #expect(cleaned(larger) == larger)
    }

    @Test("areas follow the picture's size")
    func areas() {
        #expect(MaskCleaning.area(64, in: ImageSize(width: 512, height: 300)) == 16)
        #expect(MaskCleaning.area(16, in: ImageSize(width: 100, height: 2048)) == 64)
        #expect(MaskCleaning.area(16, in: ImageSize(width: 10, height: 10)) == 1)
        #expect(MaskCleaning.area(0, in: ImageSize(width: 10, height: 10)) == 0)
    }
}
