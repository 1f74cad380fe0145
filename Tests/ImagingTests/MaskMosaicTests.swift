import Testing

@testable import Imaging

@Suite("many masks in one picture")
struct MaskMosaicTests {
    private static let size = ImageSize(width: 4, height: 3)

    private static func mask(_ pixels: Set<Int>) -> RunLengthMask {
        RunLengthMask(Mask(size: size, values: (0..<12).map(pixels.contains)))
    }

    @Test("small masks lie on large ones, and what no mask holds stays")
    func order() {
        let image = Image(size: Self.size, filledWith: Color(red: 0, green: 0, blue: 0))
        let drawn = MaskMosaic.draw(image: image, masks: [Self.mask([5]), Self.mask([4, 5, 6])], opacity: 1)
        #expect(drawn[x: 1, y: 1] == MaskMosaic.color(of: 0))
        #expect(drawn[x: 0, y: 1] == MaskMosaic.color(of: 1))
        #expect(drawn[x: 2, y: 1] == MaskMosaic.color(of: 1))
        #expect(drawn[x: 3, y: 1] == image[x: 3, y: 1])
        #expect(drawn[x: 0, y: 0] == image[x: 0, y: 0])
    }

    @Test("the picture shows through")
    func opacity() {
        let image = Image(size: Self.size, filledWith: Color(red: 100, green: 100, blue: 100))
        let drawn = MaskMosaic.draw(image: image, masks: [Self.mask([0])], opacity: 0.5)
        #expect(drawn[x: 0, y: 0] == image[x: 0, y: 0].mixed(with: MaskMosaic.color(of: 0), share: 0.5))
    }

    @Test("a hundred colours, all different, each with one full and one empty part")
    func colors() {
        let colors = (0..<100).map(MaskMosaic.color)
        #expect(Set(colors).count == 100)
        for color in colors {
            #expect(max(color.red, color.green, color.blue) == 255)
            #expect(min(color.red, color.green, color.blue) == 0)
        }
    }
}
