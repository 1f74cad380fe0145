import ImageCodecs
import Imaging
import TestSupport
import Testing

@Suite struct BMPDecodingTests {
    @Test("every kind of header, every depth, from the top and from the bottom, gives its colours")
    func kinds() throws {
        try decodeKinds(of: "bmp_kinds", ending: ".bmp", count: 58) { kind, decoded in
            let hasOpacity = ["alpha", "1555", "4444"].contains { kind.contains($0) }
            #expect(decoded.warnings == (hasOpacity ? [.composedOver(.white)] : []), "\(kind)")
        }
    }

    @Test("format, depth and kind are told, and an ending of another format")
    func reports() throws {
        let fixture = try ByteFixture("ImageCodecs/bmp_kinds")
        func description(_ kind: String) throws -> String {
            try ImageFile.decode(fixture["\(kind).bmp"].bytes, name: "a.dib").sourceDescription
        }
        #expect(try description("core_4_bottom") == "BMP, 4-bit palette")
        #expect(try description("pillow_L") == "BMP, 8-bit grey" && description("pillow_1") == "BMP, 1-bit grey")
        #expect(try description("info_16_565_bottom") == "BMP, 16-bit colour")
        #expect(try description("v5_32_alpha_top") == "BMP, 32-bit colour and alpha")
        let bytes = BMPBuilder().bytes
        #expect(try ImageFile.decode(bytes, name: "a.png").warnings == [.misnamed(extension: "png", format: "BMP")])
        let png = PNGBuilder.plain(width: 1, height: 1).bytes
        #expect(try ImageFile.decode(png, name: "a.bmp").warnings == [.misnamed(extension: "bmp", format: "PNG")])
    }

    @Test("transparent pixels show the chosen background")
    func background() throws {
        let file = BMPBuilder(
            width: 2, height: 1, bits: 32, coding: 3, headerBytes: 56, masks: [0xFF_0000, 0xFF00, 0xFF, 0xFF00_0000],
            pixels: [0, 100, 200, 51, 9, 9, 9, 0])
        var options = DecodingOptions()
        options.background = Color(red: 0, green: 50, blue: 250)
        #expect(
            try ImageFile.decode(file.bytes, name: "a", options: options).image.pixels == [40, 60, 200, 0, 50, 250])
    }
}
