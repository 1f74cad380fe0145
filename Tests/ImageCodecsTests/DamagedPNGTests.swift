import ImageCodecs
import Imaging
import Testing

@Suite struct DamagedPNGTests {
    private func error(_ file: PNGBuilder, options: DecodingOptions = DecodingOptions()) -> ImageCodecError? {
        error(file.bytes, options: options)
    }

    private func error(_ bytes: [UInt8], options: DecodingOptions = DecodingOptions()) -> ImageCodecError? {
        do throws(ImageCodecError) {
            _ = try ImageFile.decode(bytes, name: "a.png", options: options)
            return nil
        } catch { return error }
    }

    /// A palette picture of one row.
    private func palettePicture(indices: [UInt8], entries: Int, alphas: Int? = nil) -> PNGBuilder {
        var file = PNGBuilder()
        file.header(width: indices.count, height: 1, colour: 3)
        if entries > 0 { file.append("PLTE", [UInt8](repeating: 9, count: 3 * entries)) }
        if let alphas { file.append("tRNS", [UInt8](repeating: 128, count: alphas)) }
        file.append("IDAT", PNGBuilder.zlib([0] + indices))
        file.append("IEND", [])
        return file
    }

    @Test("a file cut anywhere is truncated, never a picture")
    func truncated() {
        let bytes = PNGBuilder.plain(width: 20, height: 15).bytes
        for length in 8..<bytes.count {
            #expect(error(Array(bytes[..<length])) == .truncated(file: "a.png", format: "PNG"), "\(length) bytes")
        }
        #expect(error(bytes) == nil)
    }

    @Test("a lenient reading keeps the rows before the cut and says so")
    func lenient() throws {
        let bytes = PNGBuilder.plain(width: 20, height: 200).bytes
        var options = DecodingOptions()
        options.isLenient = true
        let decoded = try ImageFile.decode(Array(bytes[..<(bytes.count / 2)]), name: "a.png", options: options)
        #expect(decoded.isDamaged)
        #expect(decoded.image[x: 19, y: 60].red == 90 && decoded.image[x: 19, y: 110].red == 0)
        #expect(try !ImageFile.decode(bytes, name: "a.png", options: options).isDamaged)
    }

    @Test("a header larger than the limit is refused before memory is taken, whatever follows")
    func tooLarge() {
        for (width, height) in [(20_000, 20_000), (Int(Int32.max), 1), (1, Int(Int32.max)), (65_535, 65_535)] {
            var file = PNGBuilder()
            file.header(width: width, height: height)
            let size = ImageSize(width: width, height: height)
            #expect(error(file) == .tooManyPixels(file: "a.png", size: size, limit: 100_000_000))
        }
        var options = DecodingOptions()
        options.maximumPixels = 19
        #expect(
            error(PNGBuilder.plain(width: 4, height: 5), options: options)
                == .tooManyPixels(file: "a.png", size: ImageSize(width: 4, height: 5), limit: 19))
        options.maximumPixels = 20
        #expect(error(PNGBuilder.plain(width: 4, height: 5), options: options) == nil)
    }

    @Test("sides of zero or beyond the format are refused")
    func impossibleSides() {
        #expect(
            error(.plain(width: 0, height: 3)) == .noPixels(file: "a.png", size: ImageSize(width: 0, height: 3)))
        var file = PNGBuilder()
        file.header(width: 1 << 31, height: 1)
        #expect(isDamaged(error(file)))
    }

    @Test("illegal depth and colour type are refused", arguments: [(3, 0), (16, 3), (4, 2), (8, 5), (0, 0), (32, 6)])
    func illegalKinds(depth: Int, colour: Int) {
        var file = PNGBuilder()
        file.header(width: 2, height: 2, depth: UInt8(depth), colour: UInt8(colour))
        file.append("IDAT", PNGBuilder.zlib(PNGBuilder.rows(width: 2, height: 2, value: 1)))
        file.append("IEND", [])
        #expect(isDamaged(error(file)))
    }

    @Test("a wrong checksum is an error in the chunks that matter, a warning in the others")
    func checksums() throws {
        for type in ["IHDR", "IDAT"] {
            var file = PNGBuilder()
            let header = PNGBuilder.bigEndian(1) + PNGBuilder.bigEndian(1) + [8, 0, 0, 0, 0]
            file.append("IHDR", header, breakingChecksum: type == "IHDR")
            file.append("IDAT", PNGBuilder.zlib([0, 5]), breakingChecksum: type == "IDAT")
            file.append("IEND", [])
            #expect(isDamaged(error(file)), "\(type)")
        }
        var file = PNGBuilder()
        file.header(width: 1, height: 1, colour: 0)
        file.append("tIME", [7, 234, 1, 1, 0, 0, 0], breakingChecksum: true)
        file.append("IDAT", PNGBuilder.zlib([0, 5]))
        file.append("IEND", [])
        let decoded = try ImageFile.decode(file.bytes, name: "a.png")
        #expect(decoded.image.pixels == [5, 5, 5])
        #expect(decoded.warnings.contains { if case .ignored = $0 { true } else { false } })
    }

    @Test("palettes that are missing, exceeded or outnumbered are errors")
    func palettes() {
        #expect(isDamaged(error(palettePicture(indices: [0, 1], entries: 0))))
        #expect(isDamaged(error(palettePicture(indices: [0, 3], entries: 3))))
        #expect(isDamaged(error(palettePicture(indices: [0, 1], entries: 2, alphas: 3))))
        #expect(error(palettePicture(indices: [0, 2], entries: 3, alphas: 3)) == nil)
    }

    @Test("too few pixel bytes are an error, too many are ignored")
    func pixelBytes() throws {
        var short = PNGBuilder()
        short.header(width: 4, height: 4, colour: 0)
        short.append("IDAT", PNGBuilder.zlib(PNGBuilder.rows(width: 4, height: 3, value: 7, channels: 1)))
        short.append("IEND", [])
        #expect(isDamaged(error(short)))

        var long = PNGBuilder()
        long.header(width: 4, height: 4, colour: 0)
        long.append("IDAT", PNGBuilder.zlib(PNGBuilder.rows(width: 4, height: 9, value: 7, channels: 1)))
        long.append("IEND", [])
        #expect(try ImageFile.decode(long.bytes, name: "a.png").image.pixels == [UInt8](repeating: 7, count: 48))
    }

    @Test("broken compression and an unknown filter are errors")
    func brokenStream() {
        var noise = PNGBuilder()
        noise.header(width: 4, height: 4, colour: 0)
        noise.append("IDAT", [0x78, 0x9C, 0xFF, 0xFF, 1, 2, 3, 4, 5])
        noise.append("IEND", [])
        #expect(isDamaged(error(noise)))

        var filter = PNGBuilder()
        filter.header(width: 2, height: 1, colour: 0)
        filter.append("IDAT", PNGBuilder.zlib([9, 1, 2]))
        filter.append("IEND", [])
        #expect(isDamaged(error(filter)))
    }

    @Test("text chunks are never inflated, and a flood of chunks is refused")
    func floods() throws {
        var bomb = PNGBuilder()
        bomb.header(width: 1, height: 1, colour: 0)
        bomb.append("zTXt", Array("key".utf8) + [0, 0] + [UInt8](repeating: 0x55, count: 4000))
        bomb.append("iCCP", Array("key".utf8) + [0, 0] + [UInt8](repeating: 0x55, count: 4000))
        bomb.append("IDAT", PNGBuilder.zlib([0, 5]))
        bomb.append("IEND", [])
        #expect(try ImageFile.decode(bomb.bytes, name: "a.png").warnings.isEmpty)

        var flood = PNGBuilder()
        flood.header(width: 1, height: 1, colour: 0)
        var one = PNGBuilder()
        one.bytes = []
        one.append("tEXt", Array("a".utf8) + [0])
        flood.bytes += Array([[UInt8]](repeating: one.bytes, count: 100_001).joined())
        flood.append("IDAT", PNGBuilder.zlib([0, 5]))
        flood.append("IEND", [])
        #expect(error(flood) == .tooManyChunks(file: "a.png", limit: 100_000))
    }

    @Test("a chunk that claims more bytes than the file has is a truncation")
    func lyingLength() {
        var file = PNGBuilder()
        file.header(width: 1, height: 1, colour: 0)
        file.bytes += [0x7F, 0xFF, 0xFF, 0xFF] + Array("IDAT".utf8) + [1, 2, 3]
        #expect(error(file) == .truncated(file: "a.png", format: "PNG"))
    }

    private func isDamaged(_ error: ImageCodecError?) -> Bool {
        if case .damaged(let file, let format, let reason) = error {
            return file == "a.png" && format == "PNG" && !reason.isEmpty
        }
        return false
    }
}
