import Testing

@testable import Imaging

/// Pictures from raw bytes, and numbers of a caller that reach to the ends of `Int`.
@Suite("Raw bytes and far numbers")
struct RasterErrorTests {
    @Test("bytes of the right number are a picture, others are refused")
    func bytes() throws {
        let image = try Image(width: 2, height: 1, rgb: [1, 2, 3, 4, 5, 6])
        #expect(image[x: 1, y: 0] == Color(red: 4, green: 5, blue: 6))
        #expect(throws: RasterError.unexpectedCount(found: 4, expected: 6)) {
            try Image(width: 2, height: 1, rgb: [1, 2, 3, 4])
        }
        for (width, height) in [(0, 0), (0, 3), (-1, -3), (.max, 2), (1 << 30, 1 << 30)] {
            #expect(throws: RasterError.unusableSides(width: width, height: height)) {
                try Image(width: width, height: height, rgb: [])
            }
        }
        #expect(
            "\(RasterError.unexpectedCount(found: 4, expected: 6))"
                == "4 bytes are given where the sides need 6: give three bytes a pixel, red, green and blue, without gaps "
                + "between rows")
        #expect(
            "\(RasterError.unusableSides(width: 0, height: 3))"
                == "a picture cannot have sides of 0 and 3 pixels: give its width and height, each at least 1")
    }

    @Test("a box may have corners anywhere")
    func boxes() {
        let all = ImageBox(x0: .min, y0: .max, x1: .max, y1: .min)
        #expect(all.width == .max && all.height == .min)
        #expect(ImageBox(x0: 0, y0: 0, x1: .max, y1: 4).width == .max)
        let size = ImageSize(width: 5, height: 5)
        #expect(all.grown(by: .max, within: size) == ImageBox(x0: 0, y0: 0, x1: 4, y1: -1))
        #expect(ImageBox(x0: 1, y0: 1, x1: 2, y1: 2).grown(by: .min, within: size).width < 0)
    }

    @Test("a mark nowhere is not drawn")
    func marks() {
        let size = ImageSize(width: 8, height: 8)
        let image = Image(size: size, filledWith: .black)
        let map = ScoreMap(size: size, repeating: 0)
        func drawn(_ points: [ImagePoint]) -> Image {
            HeatmapOverlay().draw(
                image: image, map: map, mask: Mask(size: size), markers: points.map { .init($0, .positive) })
        }
        let nowhere = [Double.nan, .infinity, -.infinity, 1e300].map { ImagePoint(x: $0, y: 1) }
        #expect(drawn(nowhere) == drawn([]) && drawn([ImagePoint(x: 1, y: 1)]) != drawn([]))
    }

    @Test("sides that cannot be counted stop the program with a sentence")
    func sides() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Mask(size: ImageSize(width: .max, height: 2))
        }
        let resultText = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(resultText.contains("Vitrine: ImageSize: 9223372036854775807 x 2 are more pixels than can be counted"))
    }
}
