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

    /// A file with restart markers, and the index of the first.
    private func fileWithRestarts() throws -> (bytes: [UInt8], marker: Int) {
        let bytes = try file("restarts")
        let scan = try segment(0xDA, in: bytes)
        let marker = bytes.indices.dropLast().first {
            $0 > scan && bytes[$0] == 0xFF && (0xD0...0xD7).contains(bytes[$0 + 1])
        }
        return (bytes, try #require(marker))
    }

    @Test(
        "every subsampling, progressive, restarts, grey, CMYK and YCCK lie within two grey levels of Pillow",
        arguments: [("jpeg_kinds", 8), ("sampling_kinds", 15)])
    func kinds(fixture name: String, count: Int) throws {
        let fixture = try ByteFixture("ImageCodecs/\(name)")
        let names = fixture.entries.keys.filter { $0.hasSuffix(".jpg") }.sorted()
        #expect(names.count == count)
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
        var (bytes, marker) = try fileWithRestarts()
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
        let refusal = ImageCodecError.damaged(file: "a.jpg", format: "JPEG", reason: "it has too many scans")
        #expect(error(flood, options: options) == refusal)
        #expect(error(flood) != nil)
    }

    @Test("segments that lie about their length never lead outside the file, nor to other pixels")
    func lyingSegments() throws {
        let bytes = try file("turned")
        let image = try ImageFile.decode(bytes, name: "a.jpg").image
        let start = try segment(0xE1, in: bytes)
        func changed(_ length: Int) -> [UInt8] {
            var changed = bytes
            changed[start] = UInt8(length >> 8)
            changed[start + 1] = UInt8(length & 0xFF)
            return changed
        }
        for length in [0, 1, 0xFFFF] { #expect(error(changed(length)) != nil, "length \(length)") }
        for length in [2, 5, 9] {
            let decoded = try ImageFile.decode(changed(length), name: "a.jpg")
            #expect(decoded.image == image && decoded.warnings.count == 1, "length \(length)")
        }
        #expect(error([0xFF, 0xD8, 0xFF, 0xD9]) != nil)
        #expect(error([0xFF, 0xD8, 0xFF, 0xFF, 0xFF]) == .truncated(file: "a.jpg", format: "JPEG"))
    }

    @Test(
        "bytes that belong to nothing before a marker leave the pixels intact: a warning",
        arguments: [0xDB, 0xC0, 0xDA, 0xD9])
    func extraneousBytes(marker: UInt8) throws {
        let bytes = try file("colour_420")
        let place = marker == 0xD9 ? bytes.count - 2 : try segment(marker, in: bytes) - 2
        for junk in [[UInt8](repeating: 0, count: 9), [7, 0, 0x55, 0xAA, 0xD8, 1, 2, 3, 0xD0, 9, 0xDA]] {
            var changed = bytes
            changed.insert(contentsOf: junk, at: place)
            let decoded = try ImageFile.decode(changed, name: "a.jpg")
            #expect(try decoded.image == ImageFile.decode(bytes, name: "a.jpg").image)
            #expect(decoded.warnings.count == 1 && !decoded.isDamaged)
            let text = "extraneous bytes before marker 0x\(String(marker, radix: 16))"
            #expect("\(decoded.warnings)".contains(text), "\(decoded.warnings)")
        }
    }

    @Test("bytes left over before a restart marker come from an interval that was decoded wrongly: an error")
    func extraneousBytesOfAnInterval() throws {
        var (bytes, marker) = try fileWithRestarts()
        bytes.insert(contentsOf: [1, 2, 3], at: marker)
        let text = "Corrupt JPEG data: 3 extraneous bytes before marker 0xd0"
        #expect(error(bytes) == .damaged(file: "a.jpg", format: "JPEG", reason: text))
    }

    @Test("parameters that mean nothing in a sequential scan, and later versions of JFIF, are warnings")
    func harmless() throws {
        let bytes = try file("colour_420")
        let image = try ImageFile.decode(bytes, name: "a.jpg").image
        let scan = try segment(0xDA, in: bytes)
        let parameters = scan + 3 + 2 * Int(bytes[scan + 2])
        let version = try segment(0xE0, in: bytes) + 7
        let changes = [
            (parameters + 1, 0, "Invalid SOS parameters"), (version, 3, "unknown JFIF revision number 3.01"),
        ]
        for (place, value, text) in changes {
            var changed = bytes
            changed[place] = UInt8(value)
            let decoded = try ImageFile.decode(changed, name: "a.jpg")
            #expect(decoded.image == image)
            #expect("\(decoded.warnings)".contains(text) && !decoded.isDamaged)
        }
    }

    @Test("sampling factors that no sample can be repeated for are refused by name, in a lenient reading, too")
    func fractionalSampling() throws {
        var bytes = try file("colour_444")
        let frame = try segment(0xC0, in: bytes)
        bytes[frame + 9] = 0x31
        bytes[frame + 12] = 0x21
        for isLenient in [false, true] {
            var options = DecodingOptions()
            options.isLenient = isLenient
            guard case .unsupportedVariant(_, "JPEG", let variant) = error(bytes, options: options) else {
                Issue.record("not refused by name: \(String(describing: error(bytes, options: options)))")
                return
            }
            #expect(variant.contains("sampling"))
        }
    }
}
