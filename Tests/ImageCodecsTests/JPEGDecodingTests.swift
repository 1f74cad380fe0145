import ImageCodecs
import Imaging
import TestSupport
import Testing

@Suite struct JPEGDecodingTests {
    private func file(_ kind: String) throws -> [UInt8] {
        try ByteFixture("ImageCodecs/jpeg_kinds")["\(kind).jpg"].bytes
    }

    private func error(_ bytes: [UInt8], options: DecodingOptions = DecodingOptions()) -> ImageCodecError? {
        do throws(ImageCodecError) {
            _ = try ImageFile.decode(bytes, name: "a.jpg", options: options)
            return nil
        } catch { return error }
    }

    /// The index of the length field behind the first marker of this kind.
    private func segment(_ marker: UInt8, in bytes: [UInt8]) throws -> Int {
        let found = bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == marker }
        return try #require(found) + 2
    }

    @Test("colour at each subsampling, progressive, restarts, grey and CMYK lie within two grey levels of Pillow")
    func kinds() throws {
        let fixture = try ByteFixture("ImageCodecs/jpeg_kinds")
        let names = fixture.entries.keys.filter { $0.hasSuffix(".jpg") }.sorted()
        #expect(names.count == 8)
        for name in names {
            let kind = name.dropLast(4)
            let expected = try fixture["\(kind).rgb"]
            let decoded = try ImageFile.decode(fixture[name].bytes, name: name)
            #expect(decoded.image.size == ImageSize(width: expected.shape[1], height: expected.shape[0]))
            let worst = zip(decoded.image.pixels, expected.bytes).map { abs(Int($0) - Int($1)) }.max()
            #expect(try #require(worst) <= 2, "\(kind)")
        }
    }

    @Test("kind, conversion and orientation are reported")
    func reports() throws {
        #expect(try ImageFile.decode(file("grey"), name: "a.jpg").sourceDescription == "JPEG, 8-bit grey")
        #expect(
            try ImageFile.decode(file("progressive"), name: "a.jpg").sourceDescription
                == "JPEG, 8-bit colour, progressive")
        #expect(try ImageFile.decode(file("cmyk"), name: "a.jpg").warnings == [.convertedFromCMYK])
        let stored = try ImageFile.decode(file("turned"), name: "a.jpg")
        #expect(stored.orientation == .quarterTurnRight && stored.warnings == [.notTurned(.quarterTurnRight)])
        var options = DecodingOptions()
        options.appliesOrientation = true
        let turned = try ImageFile.decode(file("turned"), name: "a.jpg", options: options)
        #expect(turned.image == stored.image.turned(upright: .quarterTurnRight))
        #expect(turned.image.size == ImageSize(width: 37, height: 45))
    }

    @Test("a file cut anywhere is a truncation, never a picture")
    func truncated() throws {
        let bytes = try file("colour_420")
        for length in 3..<bytes.count - 1 {
            #expect(error(Array(bytes[..<length])) == .truncated(file: "a.jpg", format: "JPEG"), "\(length) bytes")
        }
    }

    @Test("a lenient reading keeps what is there and says so")
    func lenient() throws {
        let bytes = try file("colour_444")
        var options = DecodingOptions()
        options.isLenient = true
        let decoded = try ImageFile.decode(Array(bytes.dropLast(bytes.count / 4)), name: "a.jpg", options: options)
        #expect(decoded.isDamaged)
        let whole = try ImageFile.decode(bytes, name: "a.jpg").image
        #expect(decoded.image[x: 3, y: 3] == whole[x: 3, y: 3])
    }

    @Test("lost restart markers are an error")
    func restarts() throws {
        var bytes = try file("restarts")
        let scan = try segment(0xDA, in: bytes)
        let marker = try #require(
            bytes.indices.dropLast().first { $0 > scan && bytes[$0] == 0xFF && (0xD0...0xD7).contains(bytes[$0 + 1]) })
        bytes[marker + 1] = 0xD5
        #expect(error(bytes) != nil)
    }

    @Test("sizes are judged by the header: too large, zero, and heights that come later")
    func sizes() throws {
        var bytes = try file("colour_444")
        let frame = try segment(0xC0, in: bytes)
        bytes.replaceSubrange(frame + 3..<frame + 7, with: [0xFF, 0xFF, 0xFF, 0xFF])
        let largest = ImageSize(width: 65_535, height: 65_535)
        #expect(error(bytes) == .tooManyPixels(file: "a.jpg", size: largest, limit: 100_000_000))
        bytes.replaceSubrange(frame + 3..<frame + 7, with: [0, 0, 0, 9])
        guard case .unsupportedVariant(_, "JPEG", let variant) = error(bytes) else {
            Issue.record("a height of zero must be refused by name")
            return
        }
        #expect(variant.contains("DNL"))
        bytes.replaceSubrange(frame + 3..<frame + 7, with: [0, 9, 0, 0])
        #expect(error(bytes) == .noPixels(file: "a.jpg", size: ImageSize(width: 0, height: 9)))
    }

    @Test("12 bits, lossless, hierarchical coding and odd component counts are refused by name")
    func variants() throws {
        let original = try file("colour_444")
        let frame = try segment(0xC0, in: original)
        func variant(_ change: (inout [UInt8]) -> Void) -> String? {
            var bytes = original
            change(&bytes)
            if case .unsupportedVariant(_, _, let variant) = error(bytes) { return variant }
            return nil
        }
        #expect(variant { $0[frame + 2] = 12 } == "12 bits a channel")
        #expect(variant { $0[frame - 1] = 0xC3 } == "lossless coding")
        #expect(variant { $0[frame - 1] = 0xC5 } == "hierarchical coding")
        #expect(variant { $0[frame + 7] = 2 } == "2 components")
    }

    @Test("more scans than the cap are refused")
    func scans() throws {
        let bytes = try file("progressive")
        let scan = try segment(0xDA, in: bytes) - 2
        let length = Int(bytes[scan + 2]) << 8 | Int(bytes[scan + 3])
        // The first scan's header and its first bytes again and again; the decoder gives up at 500 scans.
        let part = Array(bytes[scan..<scan + 2 + length]) + [0, 0, 0, 0]
        let flood = Array(bytes[..<scan]) + Array([[UInt8]](repeating: part, count: 800).joined()) + [0xFF, 0xD9]
        var options = DecodingOptions()
        options.isLenient = true
        let decoded = try ImageFile.decode(flood, name: "a.jpg", options: options)
        #expect(decoded.warnings.contains { "\($0)".contains("500 scans") }, "\(decoded.warnings)")
        #expect(error(flood) != nil)
    }

    @Test("segments that lie about their length never lead outside the file")
    func lyingSegments() throws {
        let bytes = try file("turned")
        let start = try segment(0xE1, in: bytes)
        for length in [0, 1, 2, 5, 9, 0xFFFF] {
            var changed = bytes
            changed[start] = UInt8(length >> 8)
            changed[start + 1] = UInt8(length & 0xFF)
            #expect(error(changed) != nil, "length \(length)")
        }
        #expect(error([0xFF, 0xD8, 0xFF, 0xD9]) != nil)
        #expect(error([0xFF, 0xD8, 0xFF, 0xFF, 0xFF]) == .truncated(file: "a.jpg", format: "JPEG"))
    }
}
