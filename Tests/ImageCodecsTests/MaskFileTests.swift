import ImageCodecs
import Imaging
import TestSupport
import Testing

@Suite("masks as data sets store them")
struct MaskFileTests {
    /// For each kind of file, the rule that its content leads to.
    static let kinds: [(file: String, rule: MaskRule)] = [
        ("grey_255.png", .grey(above: 127)), ("grey_1bit.png", .classes(largest: 1)),
        ("grey_01.png", .classes(largest: 1)), ("grey_classes.png", .classes(largest: 3)),
        ("grey_classes_void.png", .classes(largest: 255)), ("grey_dark.png", .classes(largest: 120)),
        ("grey_soft.png", .grey(above: 127)), ("grey16_full.png", .grey(above: 32767)),
        ("grey16_01.png", .classes(largest: 1)), ("grey16_255.png", .grey(above: 127)),
        ("grey16_ids.png", .classes(largest: 3000)), ("rgb_255.png", .grey(above: 127)),
        ("rgb_soft.png", .grey(above: 127)), ("rgb_blue.png", .colour), ("rgb_labels.png", .colour),
        ("rgba_opaque.png", .grey(above: 127)), ("rgba_clear.png", .grey(above: 127)),
        ("rgba_alpha_white.png", .alpha(above: 127)), ("rgba_alpha_black.png", .alpha(above: 127)),
        ("rgba_red_on_white.png", .alpha(above: 127)), ("grey_alpha.png", .grey(above: 127)),
        ("palette_voc.png", .colour), ("palette_greys.png", .colour), ("palette_reversed.png", .grey(above: 127)),
        ("palette_red_first.png", .colour), ("palette_streets.png", .paletteIndex),
        ("palette_soft.png", .grey(above: 127)), ("palette_clear.png", .colour), ("jpeg_grey.jpg", .grey(above: 127)),
        ("jpeg_colour.jpg", .grey(above: 127)), ("bmp_1bit.bmp", .grey(above: 127)), ("bmp_255.bmp", .grey(above: 127)),
        ("bmp_01.bmp", .classes(largest: 1)), ("bmp_soft.bmp", .grey(above: 127)), ("bmp_voc.bmp", .colour),
        ("bmp_streets.bmp", .paletteIndex), ("bmp_rgb.bmp", .grey(above: 127)),
    ]

    @Test("every kind of file gives the same mask, and says by which rule", arguments: kinds)
    func everyKind(file: String, rule: MaskRule) throws {
        let fixture = try ByteFixture("ImageCodecs/mask_kinds")
        let truth = try fixture["mask"]
        let expected = Mask(
            size: ImageSize(width: truth.shape[1], height: truth.shape[0]), values: truth.bytes.map { $0 == 1 })
        let decoded = try ImageFile.decodeMask(fixture[file].bytes, name: file)
        #expect(decoded.rule == rule)
        let isSame = decoded.mask == expected
        #expect(isSame, "\(decoded.mask.area) pixels of \(expected.area)")
        #expect(decoded.warnings.isEmpty)
    }

    @Test("no kind of the fixture is left out")
    func complete() throws {
        let files = try ByteFixture("ImageCodecs/mask_kinds").entries.keys.filter { $0.contains(".") }
        #expect(Set(files) == Set(Self.kinds.map(\.file)))
    }

    /// A PNG of one row.
    private func row(_ samples: [UInt8], colour: UInt8, channels: Int, transparency: [UInt8]? = nil) -> [UInt8] {
        var file = PNGBuilder()
        file.header(width: samples.count / channels, height: 1, colour: colour)
        if let transparency { file.append("tRNS", transparency) }
        file.append("IDAT", PNGBuilder.zlib([0] + samples))
        file.append("IEND", [])
        return file.bytes
    }

    @Test("pictures of one value: black and transparent ones mark nothing, all others everything")
    func constant() throws {
        let cases: [(samples: [UInt8], colour: UInt8, channels: Int, isMarked: Bool)] = [
            ([0, 0], 0, 1, false), ([1, 1], 0, 1, true), ([255, 255], 0, 1, true),
            ([0, 0, 0, 255, 0, 0, 0, 255], 6, 4, false), ([255, 255, 255, 0, 255, 255, 255, 0], 6, 4, false),
            ([255, 255, 255, 255, 255, 255, 255, 255], 6, 4, true), ([9, 0, 0, 9, 0, 0], 2, 3, true),
        ]
        for (samples, colour, channels, isMarked) in cases {
            let bytes = row(samples, colour: colour, channels: channels)
            let decoded = try ImageFile.decodeMask(bytes, name: "a.png")
            #expect(decoded.mask.values == [isMarked, isMarked], "\(samples): \(decoded.rule)")
        }
    }

    @Test("a palette's one colour marks nothing where it is black, or coloured with the index 0", arguments: [0, 1])
    func constantPalette(index: Int) throws {
        for (entry, isMarked) in [([0, 0, 0], false), ([128, 64, 128], index > 0), ([255, 255, 255], true)] {
            var file = PNGBuilder()
            file.header(width: 2, height: 1, colour: 3)
            file.append("PLTE", (entry + entry).map(UInt8.init))
            file.append("IDAT", PNGBuilder.zlib([0, UInt8(index), UInt8(index)]))
            file.append("IEND", [])
            let decoded = try ImageFile.decodeMask(file.bytes, name: "a.png")
            #expect(decoded.mask.values == [isMarked, isMarked], "\(entry): \(decoded.rule)")
        }
    }

    @Test("a colour that the file calls transparent is a colour like others in a mask")
    func transparentColour() throws {
        let bytes = row([0, 255, 0], colour: 0, channels: 1, transparency: [0, 0])
        #expect(try ImageFile.decodeMask(bytes, name: "a.png").mask.values == [false, true, false])
        // As a picture, it is white all over.
        #expect(try ImageFile.decode(bytes, name: "a.png").image.pixels.allSatisfy { $0 == 255 })
    }

    @Test("colours among which black is not are refused: nothing says which is the background")
    func unclear() {
        let bytes = row([255, 255, 255, 255, 0, 0], colour: 2, channels: 3)
        #expect(throws: ImageCodecError.unclearMask(file: "a.png")) { try ImageFile.decodeMask(bytes, name: "a.png") }
        #expect(
            ImageCodecError.unclearMask(file: "a.png").description == "a.png: no pixel of this mask is black, so that "
                + "nothing says which colour is the background; save it as 0 and 255")
    }

    @Test("damage, limits and orientation are handled as in pictures")
    func faults() throws {
        let fixture = try ByteFixture("ImageCodecs/mask_kinds")
        let bytes = try fixture["grey_255.png"].bytes
        #expect(throws: ImageCodecError.truncated(file: "a.png", format: "PNG")) {
            try ImageFile.decodeMask(Array(bytes.dropLast(20)), name: "a.png")
        }
        var options = DecodingOptions()
        options.maximumPixels = 1199
        #expect(throws: ImageCodecError.self) { try ImageFile.decodeMask(bytes, name: "a.png", options: options) }

        options = DecodingOptions()
        options.isLenient = true
        let long = PNGBuilder.plain(width: 20, height: 200, value: 255).bytes
        let half = try ImageFile.decodeMask(Array(long[..<(long.count / 2)]), name: "a.png", options: options)
        #expect(half.warnings.count == 1 && half.mask[x: 19, y: 60] && !half.mask[x: 19, y: 110])

        var turned = bytes
        let block: [UInt8] = [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]
        var chunk = PNGBuilder()
        chunk.bytes = []
        chunk.append("eXIf", block)
        turned.insert(contentsOf: chunk.bytes, at: 33)
        let stored = try ImageFile.decodeMask(turned, name: "a.png")
        #expect(stored.warnings == [.notTurned(.quarterTurnRight)])
        options = DecodingOptions()
        options.appliesOrientation = true
        let upright = try ImageFile.decodeMask(turned, name: "a.png", options: options)
        #expect(upright.mask == stored.mask.turned(upright: .quarterTurnRight) && upright.warnings.isEmpty)
    }

    @Test("each rule is a sentence for a report")
    func sentences() {
        let sentences: [(MaskRule, String)] = [
            (.classes(largest: 3), "values up to 3 are classes: all above 0"),
            (.grey(above: 127), "grey: all above 127"), (.colour, "labels in colour: all but black"),
            (.paletteIndex, "palette without black: all indices above 0"),
            (.alpha(above: 127), "transparency, as the colours do not tell: opacity above 127"),
        ]
        for (rule, sentence) in sentences { #expect("\(rule)" == sentence) }
    }
}
