import Imaging
import Testing

@Suite struct HeatmapOverlayTests {
    private let size = ImageSize(width: 40, height: 30)

    private func square() -> Mask {
        var mask = Mask(size: size)
        for y in 10..<20 {
            for x in 15..<25 { mask[x: x, y: y] = true }
        }
        return mask
    }

    @Test("small pictures are enlarged by a whole factor to at least 512 rows, two panels and a scale")
    func enlargement() {
        let drawn = HeatmapOverlay().draw(
            image: Image(size: size, filledWith: .white), map: ScoreMap(size: size, repeating: 0), mask: square())
        // 18 times 30 rows, margins of 10; two panels of 720 columns, gaps of 8, the scale's 50.
        #expect(drawn.size == ImageSize(width: 10 + 720 + 8 + 720 + 8 + 50 + 10, height: 560))
    }

    @Test("wide and large pictures stay within the longest side")
    func limits() {
        let flat = ImageSize(width: 3000, height: 2)
        let drawn = HeatmapOverlay().draw(
            image: Image(size: flat, filledWith: .white), map: ScoreMap(size: flat, repeating: 0),
            mask: Mask(size: flat))
        #expect(drawn.size.width == 2 * 1600 + 86 && drawn.size.height == 21)
    }

    @Test("pictures of any shape can be drawn", arguments: [(1, 1), (1, 10_000), (10_000, 1), (3, 2000)])
    func shapes(width: Int, height: Int) {
        let size = ImageSize(width: width, height: height)
        let drawn = HeatmapOverlay().draw(
            image: Image(size: size, filledWith: .white), map: ScoreMap(size: size, repeating: 0.5),
            mask: Mask(size: size, repeating: true), markers: [.init(ImagePoint(x: 0, y: 0), .positive)])
        #expect(drawn.size.width <= 3400 && drawn.size.height <= 1620 && !drawn.size.isEmpty)
    }

    @Test("the outline runs just outside the mask and leaves everything inside and far away as it was")
    func outline() {
        for ground in [Color.white, .black] {
            let overlay = HeatmapOverlay()
            let drawn = overlay.draw(
                image: Image(size: size, filledWith: ground), map: ScoreMap(size: size, repeating: 0), mask: square())
            // The mask's left edge lies at 15 * 18 pixels in the panel; the line's middle two pixels before it.
            let edge = 10 + 15 * 18
            let row = 10 + 15 * 18
            #expect(drawn[x: edge - 3, y: row] == overlay.outline || drawn[x: edge - 2, y: row] == overlay.outline)
            #expect(drawn[x: edge + 4, y: row] == ground)
            #expect(drawn[x: edge - 12, y: row] == ground)
            #expect(drawn[x: 10 + 20 * 18, y: row] == ground)
        }
    }

    @Test("the heat follows the scores and its range")
    func heat() {
        let image = Image(size: size, filledWith: Color(red: 128, green: 128, blue: 128))
        var overlay = HeatmapOverlay()
        overlay.range = 2...4
        let cold = overlay.heat(image: image, map: ScoreMap(size: size, repeating: 2))[x: 3, y: 3]
        let hot = overlay.heat(image: image, map: ScoreMap(size: size, repeating: 4))[x: 3, y: 3]
        let beyond = overlay.heat(image: image, map: ScoreMap(size: size, repeating: 9))[x: 3, y: 3]
        let unknown = overlay.heat(image: image, map: ScoreMap(size: size, repeating: .nan))[x: 3, y: 3]
        #expect(Int(hot.red) > Int(cold.red) + 100)
        #expect(beyond == hot && unknown == cold)
    }

    @Test("the range seen follows the map, quiet maps stay dark, odd values do not matter")
    func visibleRange() {
        let line = ImageSize(width: 100, height: 1)
        func range(_ values: [Float]) -> ClosedRange<Float> {
            HeatmapOverlay.visibleRange(of: ScoreMap(size: line, values: values))
        }
        #expect(range((0..<100).map { Float($0) / 100 }) == 0.1...0.99)
        #expect(range([Float](repeating: 0.5, count: 100)) == 0.5...0.75)
        #expect(range([Float](repeating: .nan, count: 100)) == 0...1)
        let odd = [Float.infinity, .nan, 1] + [Float](repeating: 0.25, count: 97)
        #expect(range(odd) == 0.25...1)
    }

    @Test("the heat colours grow brighter from step to step")
    func colours() {
        let greys = (0...100).map { step in
            let colour = HeatColors.color(at: Float(step) / 100)
            return Image(size: ImageSize(width: 1, height: 1), filledWith: colour).grey.values[0]
        }
        #expect(greys == greys.sorted() && Set(greys).count > 80)
    }
}
