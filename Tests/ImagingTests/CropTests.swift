import Imaging
import Testing

@Suite struct CropTests {
    /// Every pixel holds its own place: red is x, green is y.
    private func places(_ width: Int, _ height: Int) -> Image {
        var image = Image(size: ImageSize(width: width, height: height), filledWith: .black)
        for y in 0..<height {
            for x in 0..<width { image[x: x, y: y] = Color(red: UInt8(x), green: UInt8(y), blue: 7) }
        }
        return image
    }

    @Test("a crop holds exactly the pixels of its box, both corners included")
    func box() {
        let cropped = places(9, 7).cropped(to: ImageBox(x0: 2, y0: 3, x1: 5, y1: 6))
        #expect(cropped.size == ImageSize(width: 4, height: 4))
        #expect(cropped[x: 0, y: 0] == Color(red: 2, green: 3, blue: 7))
        #expect(cropped[x: 3, y: 3] == Color(red: 5, green: 6, blue: 7))
    }

    @Test(
        "the centre crop rounds half a pixel to even",
        arguments: [(5, 4, 0), (7, 4, 2), (9, 4, 2), (8, 4, 2), (4, 4, 0), (7, 2, 2)])
    func centre(side: Int, target: Int, offset: Int) {
        let cropped = places(side, side).centerCropped(to: ImageSize(width: target, height: target))
        #expect(cropped[x: 0, y: 0] == Color(red: UInt8(offset), green: UInt8(offset), blue: 7))
    }

    @Test("the shorter side gets the length, the longer one is cut to whole pixels")
    func shorterSide() {
        let wide = Image.size(of: ImageSize(width: 640, height: 427), withShorterSide: 224)
        #expect(wide == ImageSize(width: 335, height: 224))
        let tall = Image.size(of: ImageSize(width: 427, height: 640), withShorterSide: 224)
        #expect(tall == ImageSize(width: 224, height: 335))
    }

    @Test("each orientation puts the stored pixels where the EXIF value says", arguments: Orientation.allCases)
    func orientations(orientation: Orientation) {
        // Stored rows "ab", "cd", "ef"; the upright rows by the definition of each value.
        let upright: [Orientation: [String]] = [
            .upright: ["ab", "cd", "ef"], .mirroredAcross: ["ba", "dc", "fe"], .halfTurn: ["fe", "dc", "ba"],
            .mirroredDown: ["ef", "cd", "ab"], .mirroredAlongDiagonal: ["ace", "bdf"],
            .quarterTurnRight: ["eca", "fdb"], .mirroredAcrossDiagonal: ["fdb", "eca"],
            .quarterTurnLeft: ["bdf", "ace"],
        ]
        let letters = Array("abcdef".utf8)
        let stored = Image(size: ImageSize(width: 2, height: 3), pixels: letters.flatMap { [$0, $0, $0] })
        let rows = upright[orientation] ?? []
        let turned = stored.turned(upright: orientation)
        #expect(turned.size == ImageSize(width: rows[0].count, height: rows.count))
        #expect(turned.grey.values == rows.flatMap(\.utf8))
        let mask = Mask(size: stored.size, values: letters.map { $0 == UInt8(ascii: "b") })
        #expect(mask.turned(upright: orientation).values == turned.grey.values.map { $0 == UInt8(ascii: "b") })
    }
}
