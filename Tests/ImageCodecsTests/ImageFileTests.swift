import Foundation
import ImageCodecs
import Imaging
import TestSupport
import Testing

@Suite struct ImageFileTests {
    private func error(_ path: String) -> ImageCodecError? {
        do throws(ImageCodecError) {
            _ = try ImageFile.decode(path)
            return nil
        } catch { return error }
    }

    @Test("a picture is read from its path")
    func path() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(PNGBuilder.plain(width: 3, height: 2, value: 41).bytes, "a.png")
        let decoded = try ImageFile.decode(path)
        #expect(
            decoded.image
                == Image(size: ImageSize(width: 3, height: 2), filledWith: Color(red: 41, green: 41, blue: 41)))
        #expect(decoded.warnings.isEmpty && decoded.orientation == .upright)
    }

    @Test("what is not a readable regular file is refused by its kind, without waiting")
    func kinds() throws {
        let folder = try TemporaryFolder()
        #expect(error(folder.file("no.png")) == .notFound(file: folder.file("no.png")))
        #expect(error(folder.path) == .isFolder(file: folder.path))
        let empty = try folder.write([], "empty.png")
        #expect(error(empty) == .emptyFile(file: empty))
        #expect(mkfifo(folder.file("pipe.png"), 0o600) == 0)
        #expect(error(folder.file("pipe.png")) == .notARegularFile(file: folder.file("pipe.png")))
        #expect(error("/dev/zero") == .notARegularFile(file: "/dev/zero"))
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("dangling.png"), withDestinationPath: folder.file("gone.png"))
        #expect(error(folder.file("dangling.png")) == .notFound(file: folder.file("dangling.png")))
    }

    @Test("a file longer than the limit is refused before it is read")
    func longFile() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(PNGBuilder.plain(width: 9, height: 9).bytes, "a.png")
        var options = DecodingOptions()
        options.maximumFileBytes = 100
        #expect {
            _ = try ImageFile.decode(path, options: options)
        } throws: {
            guard case .fileTooLong(path, let bytes, 100) = $0 as? ImageCodecError else { return false }
            return bytes > 100
        }
    }

    @Test("other picture formats are refused by name")
    func formats() {
        let cases: [(String, [UInt8])] = [
            ("WebP", Array("RIFF".utf8) + [1, 2, 3, 4] + Array("WEBPVP8 ".utf8)), ("TIFF", [0x49, 0x49, 0x2A, 0, 8]),
            ("TIFF", [0x4D, 0x4D, 0, 0x2A, 8]), ("GIF", Array("GIF89a".utf8) + [1, 0, 1, 0]),
            ("HEIC", [0, 0, 0, 24] + Array("ftypheic".utf8)), ("AVIF", [0, 0, 0, 24] + Array("ftypavif".utf8)),
            ("PDF", Array("%PDF-1.7".utf8)),
            ("PNM (PPM, PGM or PBM)", Array("P6\n2 2\n255\n".utf8)), ("JPEG XL", [0xFF, 0x0A, 1, 2]),
            ("JPEG 2000", [0, 0, 0, 12] + Array("jP  ".utf8)), ("Photoshop (PSD)", Array("8BPS".utf8) + [0, 1]),
        ]
        for (format, bytes) in cases {
            #expect(throws: ImageCodecError.unsupportedFormat(file: "a", format: format)) {
                try ImageFile.decode(bytes, name: "a")
            }
        }
    }

    @Test("what is no picture at all is said to be what it looks like")
    func otherContent() {
        let cases: [(String, [UInt8])] = [
            ("text", Array("hello, this is not a picture\n".utf8)), ("an HTML page", Array("<!DOCTYPE html><p>".utf8)),
            ("a Git LFS pointer (run git lfs pull)", Array("version https://git-lfs.github.com/spec/v1\n".utf8)),
            ("a ZIP archive", [0x50, 0x4B, 3, 4, 0, 0]), ("data of an unknown kind", [1, 2, 3, 0, 0]),
            ("the beginning of a PNG with a damaged signature", [0x89, 0x50, 0x4E, 0x47, 0x0A, 0x0A]),
        ]
        for (found, bytes) in cases {
            #expect(throws: ImageCodecError.notAPicture(file: "a.png", found: found)) {
                try ImageFile.decode(bytes, name: "a.png")
            }
        }
    }

    @Test("the content decides, a wrong ending is a warning")
    func endings() throws {
        let bytes = PNGBuilder.plain(width: 1, height: 1).bytes
        #expect(
            try ImageFile.decode(bytes, name: "b/a.JPG").warnings == [.misnamed(extension: "jpg", format: "PNG")])
        #expect(try ImageFile.decode(bytes, name: "b.jpg/a.dat").warnings.isEmpty)
        #expect(try ImageFile.decode(bytes, name: ".jpg").warnings.isEmpty)
    }

    @Test("pictures of one pixel and of one row or column are read")
    func slender() throws {
        for (width, height) in [(1, 1), (1, 10_000), (10_000, 1)] {
            let decoded = try ImageFile.decode(PNGBuilder.plain(width: width, height: height).bytes, name: "a.png")
            #expect(decoded.image.size == ImageSize(width: width, height: height))
            #expect(decoded.image.pixels.allSatisfy { $0 == 90 })
        }
    }

    @Test("each error is one line that names the file, and control characters stay out of it")
    func sentences() {
        let size = ImageSize(width: 20_000, height: 20_000)
        let sentences: [(ImageCodecError, String)] = [
            (.emptyFile(file: "a.png"), "a.png: the file is empty; copy it again from its source"),
            (.notAPicture(file: "a.png", found: "text"), "a.png: this is text, not a picture; give a PNG or JPEG file"),
            (.unsupportedFormat(file: "a", format: "WebP"), "a: WebP is not supported; convert it to PNG or JPEG"),
            (.truncated(file: "a", format: "PNG"), "a: the PNG ends too early; copy it again from its source"),
            (
                .tooManyPixels(file: "a", size: size, limit: 100),
                "a: 20000 x 20000 is more than the limit of 100 pixels; make the picture smaller, or allow more pixels"
            ),
            (.unusableQuality(file: "a", quality: 0), "a: a JPEG has no quality of 0; choose 1 to 100"),
            (
                .sideTooLong(file: "a", format: "JPEG", size: size, limit: 65_500),
                "a: 20000 x 20000 is too large for a JPEG, whose sides end at 65500 pixels; make the picture smaller, or a PNG"
            ),
            (
                .damaged(file: "a\u{1B}[31m\n", format: "PNG", reason: "x\ny"),
                "a\\u{1b}[31m\\u{a}: the PNG is damaged (x\\u{a}y); copy it again from its source"
            ),
        ]
        for (error, sentence) in sentences { #expect(error.description == sentence) }
    }
}

@Suite struct RepetitionTests {
    /// In a process of its own, whose memory no other test moves.
    @Test("ten thousand failing and partial readings leave no memory behind")
    func leaks() async {
        await #expect(processExitsWith: .success) {
            let whole = PNGBuilder.plain(width: 16, height: 256).bytes
            var broken = PNGBuilder()
            broken.header(width: 64, height: 64, colour: 0)
            broken.append("IDAT", [0x78, 0x9C, 0xFF, 0xFF, 1, 2, 3, 4, 5])
            broken.append("IEND", [])
            let frame: [UInt8] = [0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0, 64, 0, 64, 1, 1, 0x11, 0]
            let jpeg = frame + [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 1]
            var lenient = DecodingOptions()
            lenient.isLenient = true
            let files = [broken.bytes, jpeg, Array(whole.dropLast(3000)), Array(whole.dropLast(20))]
            var pictures = 0
            func repeatAll(_ times: Int) {
                for _ in 0..<times {
                    for file in files where (try? ImageFile.decode(file, name: "a", options: lenient)) != nil {
                        pictures += 1
                    }
                }
            }
            repeatAll(200)
            let before = try residentBytes()
            repeatAll(2500)
            let grown = try residentBytes() - before
            #expect(pictures > 0)
            // The smallest thing to leak, a list of rows, would be twice 2500 times 2 KB.
            #expect(grown < 5 << 20, "grown by \(grown) bytes")
        }
    }
}

private func residentBytes() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let pages = try #require(Int(text.split(separator: " ")[1]))
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
}
