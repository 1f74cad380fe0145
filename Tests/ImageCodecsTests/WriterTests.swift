import Foundation
import ImageCodecs
import Imaging
import TestSupport
import Testing

@Suite struct WriterTests {
    private let size = ImageSize(width: 23, height: 17)

    private func bytes(_ name: String, _ count: Int) -> [UInt8] {
        uniformNumbers(name, count: count).map { UInt8(($0 + 1) * 127) }
    }

    @Test("colour, grey and masks read back as they were written")
    func roundTrips() throws {
        let folder = try TemporaryFolder()
        let image = Image(size: size, pixels: bytes("colour", 3 * size.pixelCount))
        try PNGWriter.write(image, to: folder.file("colour.png"))
        #expect(try ImageFile.decode(folder.file("colour.png")).image == image)
        let grey = GreyImage(size: size, values: bytes("grey", size.pixelCount))
        try PNGWriter.write(grey, to: folder.file("grey.png"))
        #expect(try ImageFile.decode(folder.file("grey.png")).image == grey.image)
        let mask = Mask(size: size, values: grey.values.map { $0 > 99 })
        try PNGWriter.write(mask, to: folder.file("mask.png"))
        let decoded = try ImageFile.decode(folder.file("mask.png"))
        #expect(decoded.image.grey.mask(atLeast: 255) == mask && decoded.sourceDescription == "PNG, 8-bit grey")
        #expect(Set(decoded.image.pixels) == [0, 255])
        #expect(try folder.names == ["colour.png", "grey.png", "mask.png"])
    }

    @Test("bytes in memory are those of the file, strip by strip, and refusals name no file")
    func memory() throws {
        let folder = try TemporaryFolder()
        // More than one strip of rows.
        let size = ImageSize(width: 1200, height: 1000)
        let image = Image(size: size, pixels: bytes("memory", 3 * size.pixelCount))
        let grey = image.grey
        let mask = grey.mask(atLeast: 99)
        try PNGWriter.write(image, to: folder.file("colour.png"), text: ["Title": "a"])
        try PNGWriter.write(grey, to: folder.file("grey.png"))
        try PNGWriter.write(mask, to: folder.file("mask.png"))
        #expect(try PNGWriter.bytes(image, text: ["Title": "a"]) == folder.bytes("colour.png"))
        #expect(try PNGWriter.bytes(grey) == folder.bytes("grey.png"))
        #expect(try PNGWriter.bytes(mask) == folder.bytes("mask.png"))
        #expect(try ImageFile.decode(PNGWriter.bytes(image), name: "memory").image == image)
        let name = "a picture in memory"
        #expect(throws: ImageCodecError.noPixels(file: name, size: ImageSize(width: 0, height: 3))) {
            try PNGWriter.bytes(Mask(size: ImageSize(width: 0, height: 3)))
        }
        #expect(throws: ImageCodecError.unusableText(file: name, key: " a")) {
            try PNGWriter.bytes(mask, text: [" a": "b"])
        }
    }

    @Test("a score map keeps 16 bits and its range")
    func scoreMap() throws {
        let folder = try TemporaryFolder()
        let map = ScoreMap(size: ImageSize(width: 8, height: 1), values: [-1, -0.5, 0, 1, 3, 9, -.infinity, .nan])
        try PNGWriter.write(map, range: -1...3, to: folder.file("map.png"), text: ["made-by": "test"])
        let written = try folder.bytes("map.png")
        let parts = chunks(of: written)
        #expect(parts.first?.content == [0, 0, 0, 8, 0, 0, 0, 1, 16, 0, 0, 0, 0])
        let texts = parts.filter { $0.type == "tEXt" }.map { String(decoding: $0.content, as: UTF8.self) }
        #expect(texts == ["made-by\0test", "score-lower\0-1.0", "score-upper\u{0}3.0"])
        #expect(try PNGWriter.bytes(map, range: -1...3, text: ["made-by": "test"]) == written)
        // Reduced to 8 bits, each 16-bit sample stands for its high byte up to one step of rounding.
        let shares: [Float] = [0, 0.125, 0.25, 0.5, 1, 1, 0, 0]
        let decoded = try ImageFile.decode(folder.file("map.png"))
        #expect(decoded.warnings == [.reducedTo8Bits])
        #expect(decoded.image.grey.values == shares.map { UInt8(($0 * 65535).rounded() / 257 + 0.5) })
    }

    @Test("the same pixels and texts give the same bytes")
    func sameBytes() throws {
        let folder = try TemporaryFolder()
        let image = Image(size: size, pixels: bytes("same", 3 * size.pixelCount))
        for name in ["a.png", "b.png"] {
            try PNGWriter.write(image, to: folder.file(name), text: ["z": "1", "a": "2", "m": "3"])
        }
        #expect(try folder.bytes("a.png") == folder.bytes("b.png"))
    }

    @Test("a picture of several strips reads back, of colour, grey and a map of any number")
    func strips() throws {
        let folder = try TemporaryFolder()
        let tall = ImageSize(width: 1021, height: 1100)
        #expect(tall.strips.count > 1)
        let image = Image(size: tall, pixels: bytes("tall", 3 * tall.pixelCount))
        try PNGWriter.write(image, to: folder.file("tall.png"))
        #expect(try ImageFile.decode(folder.file("tall.png")).image == image)
        try PNGWriter.write(image.grey, to: folder.file("grey.png"))
        #expect(try ImageFile.decode(folder.file("grey.png")).image == image.grey.image)
        let map = ScoreMap(size: tall, values: uniformNumbers("tall map", count: tall.pixelCount))
        try NPYWriter.write(map, to: folder.file("map.npy"))
        #expect(try folder.bytes("map.npy") == NPYWriter.bytes(map.values, shape: [tall.height, tall.width]))
    }

    @Test("texts beyond ASCII become international chunks, unusable keys are refused")
    func texts() throws {
        let folder = try TemporaryFolder()
        let image = Image(size: ImageSize(width: 1, height: 1), filledWith: .white)
        try PNGWriter.write(image, to: folder.file("a.png"), text: ["object": "Kachel größer"])
        let chunk = try #require(chunks(of: folder.bytes("a.png")).first { $0.type == "iTXt" })
        #expect(chunk.content.suffix(15).elementsEqual("Kachel größer".utf8))
        for key in ["", String(repeating: "k", count: 80), "zwei\nZeilen", "größe", " a", "a "] {
            #expect(throws: ImageCodecError.unusableText(file: folder.file("b.png"), key: key)) {
                try PNGWriter.write(image, to: folder.file("b.png"), text: [key: "x"])
            }
        }
        #expect(try folder.names == ["a.png"])
    }

    @Test("a label picture has the indices 0 and 1 in the colours of PASCAL VOC, and reads back as its mask")
    func labels() throws {
        let folder = try TemporaryFolder()
        let size = ImageSize(width: 3, height: 2)
        let mask = Mask(size: size, values: [false, true, true, false, false, true])
        try PNGWriter.writeLabels(of: mask, to: folder.file("labels.png"))
        let written = try folder.bytes("labels.png")
        // Bit depth 8, colour type 3: indices into a palette.
        #expect(written[24...25].elementsEqual([8, 3]))
        let palette = try #require(written.indices.first { written[$0...].starts(with: Array("PLTE".utf8)) }) + 4
        func colour(_ index: Int) -> [UInt8] { Array(written[(palette + 3 * index)..<(palette + 3 * index + 3)]) }
        #expect(
            [0, 1, 2, 15, 20, 255].map(colour) == [
                [0, 0, 0], [128, 0, 0], [0, 128, 0], [192, 128, 128], [0, 64, 128], [224, 224, 192],
            ])
        #expect(try ImageFile.decodeMask(folder.file("labels.png")).mask == mask)
        let image = try ImageFile.decode(folder.file("labels.png")).image
        #expect(image.pixels == mask.values.flatMap { $0 ? [128, 0, 0] : [0, 0, 0] })
    }

    @Test("an empty picture is refused")
    func empty() throws {
        let folder = try TemporaryFolder()
        let nothing = ImageSize(width: 0, height: 4)
        #expect(throws: ImageCodecError.noPixels(file: folder.file("a.png"), size: nothing)) {
            try PNGWriter.write(Mask(size: nothing), to: folder.file("a.png"))
        }
    }

    @Test("an array file holds NumPy's header, aligned to 64, and little-endian floats")
    func npy() throws {
        let folder = try TemporaryFolder()
        let map = ScoreMap(
            size: ImageSize(width: 2, height: 3), values: [0, 1, -2, 0.5, .infinity, .leastNonzeroMagnitude])
        try NPYWriter.write(map, to: folder.file("map.npy"))
        let written = try folder.bytes("map.npy")
        #expect(written.starts(with: [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0]))
        let header = String(decoding: written[10..<128], as: UTF8.self)
        #expect(
            header.hasPrefix("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }") && header.hasSuffix(" \n"))
        let values = stride(from: 128, to: written.count, by: 4).map { start in
            Float(bitPattern: written[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
        }
        #expect(values == map.values)
        #expect(String(decoding: NPYWriter.bytes([1, 2], shape: [2])[10...], as: UTF8.self).contains("(2,)"))
    }
}

@Suite struct CodecVersionTests {
    @Test("the versions of both libraries are numbers with points")
    func versions() throws {
        for version in [CodecVersions.libpng, try #require(CodecVersions.libjpegTurbo)] {
            let parts = version.split(separator: ".")
            #expect(parts.count == 3 && parts.allSatisfy { Int($0) != nil }, "\(version)")
        }
    }
}
