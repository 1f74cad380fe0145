import Imaging
import TestSupport
import Testing

@Suite struct ResamplingTests {
    private static let filters: [String: ResamplingFilter] = [
        "nearest": .nearest, "box": .box, "bilinear": .bilinear, "bicubic": .bicubic, "lanczos": .lanczos,
    ]

    /// A case named `<mode>_<filter>_<w>x<h>_<w>x<h>` by the fixture's generator.
    private struct Case {
        let mode: String
        let filter: ResamplingFilter
        let source: ImageSize
        let target: ImageSize

        init?(_ name: String) {
            let parts = name.split(separator: "_").map(String.init)
            guard parts.count == 4, let filter = filters[parts[1]], let source = Self.size(parts[2]),
                let target = Self.size(parts[3])
            else { return nil }
            mode = parts[0]
            self.filter = filter
            self.source = source
            self.target = target
        }

        private static func size(_ text: String) -> ImageSize? {
            let sides = text.split(separator: "x").compactMap { Int($0) }
            return sides.count == 2 ? ImageSize(width: sides[0], height: sides[1]) : nil
        }

        var result: [UInt8] {
            let samples = picture(mode, source)
            return mode == "RGB"
                ? Image(size: source, pixels: samples).resized(to: target, filter: filter).pixels
                : GreyImage(size: source, values: samples).resized(to: target, filter: filter).values
        }
    }

    private static func picture(_ mode: String, _ size: ImageSize) -> [UInt8] {
        uniformNumbers("\(mode) \(size.width)x\(size.height)", count: size.pixelCount * (mode == "RGB" ? 3 : 1))
            .map { UInt8(max(0, min(255, (($0 + 1) * 224 - 96).rounded(.down)))) }
    }

    @Test("small pictures resize to Pillow's bytes with every filter, colour and grey, up, down and one pixel wide")
    func smallPictures() throws {
        let fixture = try ByteFixture("Imaging/resampling")
        var sizes: Set<[ImageSize]> = []
        for (name, expected) in fixture.entries {
            guard let sample = Case(name) else { continue }
            sizes.insert([sample.source, sample.target])
            let result = sample.result
            let wrong = zip(result, expected.bytes).enumerated().first { $0.element.0 != $0.element.1 }
            #expect(
                result.count == expected.bytes.count && wrong == nil,
                "\(name): first difference at byte \(wrong?.offset ?? -1)")
        }
        #expect(sizes.count >= 22)
    }

    @Test("large pictures resize to the checksum of Pillow's bytes")
    func largePictures() throws {
        let cases = try ByteFixture("Imaging/resampling").metadata.compactMap { name, sum in
            Case(name).map { (name, $0, sum) }
        }
        #expect(cases.count == 30)
        for (name, sample, sum) in cases {
            let found = String(checksum(of: sample.result), radix: 16)
            #expect(String(repeating: "0", count: 16 - found.count) + found == sum, "\(name)")
        }
    }

    @Test(
        "the middle square has the bytes of the picture that is resized whole and then cut",
        arguments: filters.keys.sorted())
    func centerSquare(_ name: String) {
        let filter = Self.filters[name] ?? .box
        let sizes = [(37, 23), (23, 37), (24, 24), (9, 31), (1, 40), (40, 1), (3, 200), (61, 24), (25, 24)]
        for (width, height) in sizes {
            let size = ImageSize(width: width, height: height)
            let image = Image(size: size, pixels: Self.picture("RGB", size))
            for side in [1, 7, 24, 50] {
                let whole = image.resized(to: Image.size(of: size, withShorterSide: side), filter: filter)
                    .centerCropped(to: ImageSize(width: side, height: side))
                #expect(image.centerSquare(side: side, filter: filter) == whole, "\(name), \(size) to \(side)")
            }
        }
    }

    @Test("the middle of a line of pixels costs no more than the line", arguments: [(1, 1_000_000), (1_000_000, 1)])
    func thin(_ width: Int, _ height: Int) {
        let size = ImageSize(width: width, height: height)
        let image = Image(size: size, pixels: (0..<3 * size.pixelCount).map { UInt8(truncatingIfNeeded: $0 / 3) })
        // As a whole it would take 150 GB.
        let square = image.centerSquare(side: 224, filter: .bicubic)
        // The square is as wide as one pixel of the line: from the middle of the one to that of the next.
        #expect([499_999 % 256, 500_000 % 256].contains(Int(square.pixels[0])))
        #expect(square.size == ImageSize(width: 224, height: 224))
    }

    @Test("colours turn grey as Pillow's mode L")
    func grey() throws {
        let size = ImageSize(width: 37, height: 23)
        let image = Image(size: size, pixels: Self.picture("RGB", size))
        let fixture = try ByteFixture("Imaging/resampling")
        #expect(try image.grey.values == fixture["grey_37x23"].bytes)
    }

    @Test("a mask takes the pixel under each centre")
    func masks() {
        let mask = Mask(size: ImageSize(width: 3, height: 1), values: [true, false, true])
        let wide = mask.resized(to: ImageSize(width: 6, height: 2))
        #expect(wide.values == [true, true, false, false, true, true, true, true, false, false, true, true])
        #expect(wide.resized(to: mask.size) == mask)
    }

    @Test("resizing to or from nothing is a caller's error")
    func nothing() async {
        await #expect(processExitsWith: .failure) {
            let image = Image(size: ImageSize(width: 2, height: 2), filledWith: .black)
            _ = image.resized(to: ImageSize(width: 0, height: 4), filter: .bilinear)
        }
    }
}
