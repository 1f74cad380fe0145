import ImageCodecs
import Imaging
import TestSupport
import Testing

@Suite struct PNGDecodingTests {
    @Test("every depth and colour type, by rows and interlaced, with and without transparency, gives its colours")
    func kinds() throws {
        try decodeKinds(of: "png_kinds", ending: ".png", count: 54)
    }

    @Test("what was done to the pixels is reported")
    func reports() throws {
        let fixture = try ByteFixture("ImageCodecs/png_kinds")
        func decode(_ kind: String) throws -> DecodedImage {
            try ImageFile.decode(fixture["\(kind).png"].bytes, name: "\(kind).png")
        }
        #expect(try decode("2_8_plain_rows").warnings.isEmpty)
        #expect(try decode("0_16_plain_adam7").warnings == [.reducedTo8Bits])
        #expect(try decode("6_16_plain_rows").warnings == [.reducedTo8Bits, .composedOver(.white)])
        #expect(try decode("3_4_transparent_rows").warnings == [.composedOver(.white)])
        #expect(try decode("0_16_plain_adam7").sourceDescription == "PNG, 16-bit grey, interlaced")
        #expect(try decode("3_2_plain_rows").sourceDescription == "PNG, 2-bit palette")
    }

    @Test("transparent pixels show the chosen background")
    func background() throws {
        var file = PNGBuilder()
        file.header(width: 3, height: 1, colour: 6)
        file.append("IDAT", PNGBuilder.zlib([0, 200, 100, 0, 0, 200, 100, 0, 255, 200, 100, 0, 51]))
        file.append("IEND", [])
        var options = DecodingOptions()
        options.background = Color(red: 0, green: 50, blue: 250)
        let image = try ImageFile.decode(file.bytes, name: "a.png", options: options).image
        #expect(image.pixels == [0, 50, 250, 200, 100, 0, 40, 60, 200])
    }

    @Test("an opaque alpha channel is not reported as transparency")
    func opaque() throws {
        var file = PNGBuilder()
        file.header(width: 1, height: 1, colour: 4)
        file.append("IDAT", PNGBuilder.zlib([0, 77, 255]))
        file.append("IEND", [])
        let decoded = try ImageFile.decode(file.bytes, name: "a.png")
        #expect(decoded.image.pixels == [77, 77, 77] && decoded.warnings.isEmpty)
    }

    @Test("EXIF orientation is reported, and turns the pixels only when asked")
    func orientation() throws {
        var file = PNGBuilder()
        file.header(width: 2, height: 1, colour: 0)
        file.append("eXIf", [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0])
        file.append("IDAT", PNGBuilder.zlib([0, 10, 20]))
        file.append("IEND", [])
        let stored = try ImageFile.decode(file.bytes, name: "a.png")
        #expect(stored.orientation == .quarterTurnRight && !stored.isTurned)
        #expect(stored.image.size == ImageSize(width: 2, height: 1))
        #expect(stored.warnings == [.notTurned(.quarterTurnRight)])
        var options = DecodingOptions()
        options.appliesOrientation = true
        let turned = try ImageFile.decode(file.bytes, name: "a.png", options: options)
        #expect(turned.isTurned && turned.warnings.isEmpty)
        #expect(turned.image.size == ImageSize(width: 1, height: 2) && turned.image.grey.values == [10, 20])
    }

    @Test("an EXIF block that lies about its directory is ignored")
    func lyingEXIF() throws {
        let blocks: [[UInt8]] = [
            [], [0x4D, 0x4D], [0x4D, 0x4D, 0, 0x2A, 0xFF, 0xFF, 0xFF, 0xFF],
            [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, 0xFF, 0xFF], [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0],
            [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 9, 0, 0],
        ]
        for block in blocks {
            var file = PNGBuilder()
            file.header(width: 1, height: 1, colour: 0)
            file.append("eXIf", block)
            file.append("IDAT", PNGBuilder.zlib([0, 10]))
            file.append("IEND", [])
            #expect(try ImageFile.decode(file.bytes, name: "a.png").orientation == .upright)
        }
    }

    @Test("of an animation the still picture is read, and that is said")
    func animation() throws {
        var file = PNGBuilder()
        file.header(width: 1, height: 1, colour: 0)
        file.append("acTL", PNGBuilder.bigEndian(2) + PNGBuilder.bigEndian(0))
        file.append("IDAT", PNGBuilder.zlib([0, 10]))
        file.append("fdAT", PNGBuilder.bigEndian(1) + PNGBuilder.zlib([0, 99]))
        file.append("IEND", [])
        let decoded = try ImageFile.decode(file.bytes, name: "a.png")
        #expect(decoded.image.pixels == [10, 10, 10] && decoded.warnings == [.animation])
    }
}
