import ImageCodecs
import Imaging
import Testing

@Suite struct DamagedBMPTests {
    private func error(_ bytes: [UInt8], options: DecodingOptions = DecodingOptions()) -> ImageCodecError? {
        var errors: [ImageCodecError?] = []
        for read in [asPicture, asMask] {
            do throws(ImageCodecError) {
                try read(bytes, options)
                errors.append(nil)
            } catch { errors.append(error) }
        }
        #expect(errors[0] == errors[1], "a mask is checked as a picture is")
        return errors[0]
    }

    private func asPicture(_ bytes: [UInt8], _ options: DecodingOptions) throws(ImageCodecError) {
        _ = try ImageFile.decode(bytes, name: "a.bmp", options: options)
    }

    private func asMask(_ bytes: [UInt8], _ options: DecodingOptions) throws(ImageCodecError) {
        _ = try ImageFile.decodeMask(bytes, name: "a.bmp", options: options)
    }

    private func damaged(_ reason: String) -> ImageCodecError {
        .damaged(file: "a.bmp", format: "BMP", reason: reason)
    }

    private let truncation = ImageCodecError.truncated(file: "a.bmp", format: "BMP")
    private let lenient: DecodingOptions = {
        var options = DecodingOptions()
        options.isLenient = true
        return options
    }()

    /// Two colours, the second of which is marked.
    private let indexed = BMPBuilder(
        bits: 8, declaredColours: 2, palette: [[0, 0, 0], [200, 0, 0]],
        pixels: [0, 1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0])

    @Test("a file cut anywhere is truncated, never a picture")
    func truncated() {
        let masked = BMPBuilder(
            bits: 16, coding: 3, masks: [0xF800, 0x7E0, 0x1F], pixels: Array(repeating: 1, count: 24))
        for file in [BMPBuilder(), indexed, masked].map(\.bytes) {
            for length in 18..<file.count { #expect(error(Array(file[..<length])) == truncation, "\(length) bytes") }
            #expect(error(file) == nil)
        }
        // What fills the last row's group of four bytes holds no pixel.
        let filled = BMPBuilder(width: 3, height: 3).bytes
        #expect(error(Array(filled.dropLast(3))) == nil && error(Array(filled.dropLast(4))) == truncation)
    }

    @Test("a lenient reading keeps the rows that are there, which are the lower ones, and says so")
    func lenientReading() throws {
        let bytes = Array(indexed.bytes.dropLast(4))
        let decoded = try ImageFile.decode(bytes, name: "a.bmp", options: lenient)
        #expect(decoded.warnings == [.damaged("the file ends before the last row")])
        #expect((0..<3).map { decoded.image[x: 2, y: $0].red } == [0, 200, 200])
        let mask = try ImageFile.decodeMask(bytes, name: "a.bmp", options: lenient)
        #expect(mask.mask.values == [0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0].map { $0 == 1 })
        #expect(mask.warnings == decoded.warnings)

        let fromTop = BMPBuilder(height: -3, bits: 32, pixels: Array(repeating: 77, count: 40)).bytes
        let upper = try ImageFile.decode(fromTop, name: "a.bmp", options: lenient).image
        #expect((0..<3).map { upper[x: 1, y: $0].red } == [77, 77, 0])
        // All is black, so that the opacity decides, of which the missing row has none.
        let black = BMPBuilder(
            bits: 32, coding: 3, headerBytes: 56, masks: [0xFF_0000, 0xFF00, 0xFF, 0xFF00_0000],
            pixels: (0..<32).map { $0 % 4 == 3 ? 200 : 0 }
        ).bytes
        #expect(try ImageFile.decodeMask(black, name: "a.bmp", options: lenient).mask.area == 8)
    }

    @Test("sides and numbers that no picture has are refused by the header")
    func impossibleHeaders() {
        #expect(error(BMPBuilder(width: -4).bytes) == damaged("a width of -4"))
        #expect(
            error(BMPBuilder(width: 0).bytes) == .noPixels(file: "a.bmp", size: ImageSize(width: 0, height: 3)))
        #expect(
            error(BMPBuilder(height: 0).bytes) == .noPixels(file: "a.bmp", size: ImageSize(width: 4, height: 0)))
        #expect(error(BMPBuilder(offset: 53).bytes) == damaged("its pixels would begin inside the header"))
        #expect(error(BMPBuilder(offset: 0).bytes) == damaged("its pixels would begin inside the header"))
        #expect(error(BMPBuilder(offset: 0xFFFF_FFFF).bytes) == truncation)
    }

    @Test("more pixels, more memory and longer sides than are allowed are refused before memory is taken")
    func limits() {
        let longest = Int(Int32.max)
        for (width, height) in [(longest, 1), (1, -longest - 1), (20_000, 20_000)] {
            let size = ImageSize(width: width, height: abs(height))
            let refused = ImageCodecError.tooManyPixels(file: "a.bmp", size: size, limit: 100_000_000)
            #expect(error(BMPBuilder(width: width, height: height).bytes) == refused)
        }
        var options = DecodingOptions()
        (options.maximumPixels, options.maximumDecodingBytes, options.isLenient) = (.max, .max, true)
        let size = ImageSize(width: longest, height: longest + 1)
        #expect(
            error(BMPBuilder(width: longest, height: -longest - 1, bits: 32).bytes, options: options)
                == .tooManyPixels(file: "a.bmp", size: size, limit: 1 << 40))
        options = DecodingOptions()
        options.maximumPixels = 11
        #expect(
            error(BMPBuilder().bytes, options: options)
                == .tooManyPixels(file: "a.bmp", size: ImageSize(width: 4, height: 3), limit: 11))
        options.maximumPixels = 12
        options.maximumDecodingBytes = 1000
        guard case .tooMuchMemory(_, _, let bytes, 1000) = error(BMPBuilder().bytes, options: options) else {
            Issue.record("the limit on memory is not kept")
            return
        }
        options.maximumDecodingBytes = bytes
        #expect(error(BMPBuilder().bytes, options: options) == nil)
    }

    @Test("what is not decoded is named, with what to do")
    func variants() {
        let cases: [(BMPBuilder, String)] = [
            (BMPBuilder(bits: 8, coding: 1), "run lengths in place of pixels"),
            (BMPBuilder(bits: 4, coding: 2), "run lengths in place of pixels"),
            (BMPBuilder(coding: 4), "a JPEG inside"), (BMPBuilder(coding: 5), "a PNG inside"),
            (BMPBuilder(coding: 11), "the compression 11"), (BMPBuilder(coding: 3), "masks in 24 bits a pixel"),
            (BMPBuilder(bits: 16, coding: 3, headerBytes: 64), "the compression 3"),
            (BMPBuilder(bits: 2), "2 bits a pixel"), (BMPBuilder(bits: 0), "0 bits a pixel"),
            (BMPBuilder(bits: 64), "64 bits a pixel"), (BMPBuilder(headerBytes: 16), "a header of 16 bytes"),
            (BMPBuilder(bits: 32, coding: 3, masks: [0x3FF0_0000, 0xFFC00, 0x3FF]), "a colour in the bits 3ff00000"),
            (BMPBuilder(bits: 16, coding: 3, masks: [0x7E0, 0x1F, 0xA000]), "a colour in the bits a000"),
        ]
        for (file, variant) in cases {
            let refused = ImageCodecError.unsupportedVariant(file: "a.bmp", format: "BMP", variant: variant)
            #expect(error(file.bytes) == refused)
        }
        #expect(
            error(BMPBuilder(bits: 8, coding: 1).bytes)?.description
                == "a.bmp: BMP with run lengths in place of pixels is not supported; save it as an ordinary 8-bit PNG or JPEG"
        )
    }

    @Test("a palette may be short or claim too much, but a pixel may not name a colour that it lacks")
    func palettes() {
        var file = indexed
        file.declaredColours = 0xFFFF_FFFF
        #expect(error(file.bytes) == nil)
        file.pixels[5] = 2
        #expect(error(file.bytes) == damaged("a pixel names a colour beyond the palette"))
        file = BMPBuilder(bits: 1, pixels: Array(repeating: 0, count: 12))
        #expect(error(file.bytes) == damaged("a pixel names a colour beyond the palette"))
    }

    @Test("a text that begins like a bitmap is a text")
    func recognition() {
        let text = Array("BMW is no picture at all, whatever its first letters say".utf8)
        #expect(error(text) == .notAPicture(file: "a.bmp", found: "text"))
    }
}
