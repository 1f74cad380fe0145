import ImageCodecs
import Imaging
import TestSupport
import Testing

@Suite("what a header says, and the memory of decoding")
struct ImageOutlineTests {
    @Test("the outline of every fixture has the size and description that decoding gives")
    func fixtures() throws {
        for name in ["png_kinds", "jpeg_kinds", "sampling_kinds", "bmp_kinds"] {
            for (file, entry) in try ByteFixture("ImageCodecs/\(name)").entries where !file.hasSuffix(".rgb") {
                let outline = try ImageFile.outline(of: entry.bytes, name: file)
                let decoded = try ImageFile.decode(entry.bytes, name: file)
                #expect(outline.size == decoded.image.size, "\(file)")
                #expect(outline.sourceDescription == decoded.sourceDescription, "\(file)")
                #expect((1...4).contains(outline.channels) && outline.decodingBytes > 3 * outline.size.pixelCount)
            }
        }
    }

    @Test("a few bytes are enough: what follows the header need not be there")
    func heads() throws {
        let folder = try TemporaryFolder()
        var file = PNGBuilder()
        file.header(width: 30_000, height: 20_000)
        let outline = try ImageFile.outline(of: try folder.write(file.bytes, "a.png"))
        #expect(outline.size == ImageSize(width: 30_000, height: 20_000) && outline.channels == 3)
        #expect(outline.decodingBytes > 1_800_000_000 && outline.decodingBytes < 1_900_000_000)

        // 600 kB of comments stand before the frame header.
        var jpeg = try ByteFixture("ImageCodecs/jpeg_kinds")["cmyk.jpg"].bytes
        let comment = [0xFF, 0xFE, 0xFF, 0xFF] + [UInt8](repeating: 9, count: 65_533)
        jpeg.insert(contentsOf: Array([[UInt8]](repeating: comment, count: 9).joined()), at: 2)
        let path = try folder.write(jpeg, "a.jpg")
        #expect(try ImageFile.outline(of: path).size == ImageFile.decode(path).image.size)
        #expect(try ImageFile.outline(of: path).channels == 4)
        #expect(throws: ImageCodecError.notFound(file: folder.file("b.jpg"))) {
            try ImageFile.outline(of: folder.file("b.jpg"))
        }
        #expect(throws: ImageCodecError.truncated(file: "a.jpg", format: "JPEG")) {
            try ImageFile.outline(of: Array(jpeg.prefix(400_000)), name: "a.jpg")
        }
    }

    @Test("interlacing and several scans are part of the estimate")
    func estimates() throws {
        func png(_ colour: UInt8, _ interlace: UInt8, transparent: Bool = false) throws -> Int {
            var file = PNGBuilder()
            file.header(width: 1000, height: 1000, colour: colour, interlace: interlace)
            if transparent { file.append("tRNS", [0, 0]) }
            return try ImageFile.outline(of: file.bytes, name: "a.png").decodingBytes / 1_000_000
        }
        #expect(try [png(2, 0), png(6, 0), png(0, 1), png(2, 1), png(6, 1)] == [4, 4, 5, 4, 8])
        #expect(try png(0, 1, transparent: true) == 6)

        let jpegs = try ByteFixture("ImageCodecs/jpeg_kinds")
        func jpeg(_ kind: String) throws -> Int {
            var bytes = try jpegs["\(kind).jpg"].bytes
            let frame = try #require(
                bytes.indices.dropLast().first { bytes[$0] == 0xFF && [0xC0, 0xC2].contains(bytes[$0 + 1]) })
            bytes.replaceSubrange(frame + 5..<frame + 9, with: [0x10, 0, 0x10, 0])
            return try ImageFile.outline(of: bytes, name: "a.jpg").decodingBytes >> 20
        }
        // 4096 x 4096: 48 MB of colours, and 2 bytes for each of 3 x 16 million coefficients, a quarter of some.
        #expect(try jpeg("colour_444") == 50 && jpeg("grey") == 50)
        #expect(try jpeg("progressive") == 50 + 32 + 16)
    }

    @Test("what takes more memory than is allowed is refused by its header, with both numbers")
    func memoryLimit() throws {
        let bytes = PNGBuilder.plain(width: 100, height: 100).bytes
        let needed = try ImageFile.outline(of: bytes, name: "a.png").decodingBytes
        var options = DecodingOptions()
        options.maximumDecodingBytes = needed
        _ = try ImageFile.decode(bytes, name: "a.png", options: options)
        options.maximumDecodingBytes = needed - 1
        let error = ImageCodecError.tooMuchMemory(
            file: "a.png", size: ImageSize(width: 100, height: 100), bytes: needed, limit: needed - 1)
        #expect(throws: error) { try ImageFile.decode(bytes, name: "a.png", options: options) }
        #expect(
            error.description == "a.png: 100 x 100 takes \(needed) bytes to decode, the limit is \(needed - 1); "
                + "make the picture smaller, or allow more memory")
    }

    @Test("the longest sides that a PNG can name are refused by its header, whatever limits there are")
    func longestSides() throws {
        var bytes = PNGBuilder.plain(width: 4, height: 4).bytes
        for (colour, interlace) in [(2, 0), (4, 1), (6, 1)] as [(UInt8, UInt8)] {
            let side = Int(Int32.max)
            bytes.replaceSubrange(16..<24, with: PNGBuilder.bigEndian(side) + PNGBuilder.bigEndian(side))
            (bytes[25], bytes[28]) = (colour, interlace)
            let error = ImageCodecError.tooManyPixels(
                file: "a.png", size: ImageSize(width: side, height: side), limit: 1 << 40)
            var options = DecodingOptions()
            (options.maximumPixels, options.maximumDecodingBytes) = (.max, .max)
            #expect(throws: error) { try ImageFile.outline(of: bytes, name: "a.png") }
            #expect(throws: error) { try ImageFile.decode(bytes, name: "a.png", options: options) }
        }
    }

    @Test("a colour PNG is decoded straight into its picture: at most 3.3 bytes a pixel")
    func memory() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("large.png")
        let size = ImageSize(width: 6000, height: 5000)
        try PNGWriter.write(Image(size: size, filledWith: Color(red: 1, green: 2, blue: 3)), to: path)
        await #expect(processExitsWith: .success) { [path = path as String] in
            let before = try #require(ProcessMemory.peak)
            let image = try ImageFile.decode(path).image
            let grown = try #require(ProcessMemory.peak) - before
            #expect(image[x: 5999, y: 4999] == Color(red: 1, green: 2, blue: 3))
            #expect(Double(grown) < 3.3 * Double(image.size.pixelCount), "grown by \(grown) bytes")
        }
    }
}
