import Foundation
import ImageCodecs
import Imaging
import TestSupport
import Testing

@Suite("JPEG in memory")
struct JPEGWriterTests {
    /// Soft waves in every channel.
    private func picture(_ width: Int, _ height: Int) -> Image {
        let pixels = (0..<width * height * 3).map { index -> UInt8 in
            let (x, y, channel) = (Double(index / 3 % width), Double(index / 3 / width), Double(index % 3))
            return UInt8(128 + 60 * sin(x / 9 + channel) + 60 * cos(y / 11 - 2 * channel))
        }
        return Image(size: ImageSize(width: width, height: height), pixels: pixels)
    }

    /// The mean of the squared differences.
    private func error(_ one: Image, _ other: Image) -> Double {
        zip(one.pixels, other.pixels).reduce(0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
            / Double(one.pixels.count)
    }

    @Test("a picture reads back nearly as it was, the better the higher the quality, in colour and grey")
    func quality() throws {
        let image = picture(150, 97)
        var (sizes, errors): ([Int], [Double]) = ([], [])
        for quality in [20, 60, 95] {
            let bytes = try JPEGWriter.bytes(image, quality: quality)
            let decoded = try ImageFile.decode(bytes, name: "memory")
            #expect(decoded.warnings.isEmpty && decoded.image.size == image.size)
            sizes.append(bytes.count)
            errors.append(error(decoded.image, image))
        }
        #expect(sizes == sizes.sorted() && errors == errors.sorted(by: >))
        #expect(errors[2] < 1, "\(errors)")
        let grey = image.grey
        let decoded = try ImageFile.decode(JPEGWriter.bytes(grey, quality: 95), name: "memory")
        #expect(decoded.sourceDescription.contains("grey") && error(decoded.image, grey.image) < 1)
    }

    @Test("colours are kept for each pixel from quality 90 on, and equal pictures give equal bytes")
    func colours() throws {
        // Red lines of one pixel, as an outline is drawn.
        var image = Image(size: ImageSize(width: 64, height: 64), filledWith: .white)
        var pixels = image.pixels
        for y in 0..<64 { for x in stride(from: 4, to: 64, by: 9) { pixels[3 * (64 * y + x) + 1] = 0 } }
        image = Image(size: image.size, pixels: pixels)
        /// How many pixels the first component of the frame header has for one of the others.
        func sampling(_ bytes: [UInt8]) throws -> UInt8 {
            let frame = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
            return bytes[frame + 11]
        }
        let (fine, coarse) = (try JPEGWriter.bytes(image, quality: 90), try JPEGWriter.bytes(image, quality: 89))
        #expect(try sampling(fine) == 0x11 && sampling(coarse) == 0x22)
        let errors = try [fine, coarse].map { error(try ImageFile.decode($0, name: "memory").image, image) }
        #expect(errors[0] < errors[1] / 4, "\(errors)")
        #expect(try JPEGWriter.bytes(image, quality: 90) == fine && JPEGWriter.bytes(image) == fine)
    }

    @Test("a picture of several strips and of many buffers is whole")
    func large() throws {
        let size = ImageSize(width: 1200, height: 1000)
        #expect(size.strips.count > 1)
        let noise = uniformNumbers("jpeg", count: 3 * size.pixelCount).map { UInt8(($0 + 1) * 127) }
        let image = Image(size: size, pixels: noise)
        let bytes = try JPEGWriter.bytes(image, quality: 100)
        #expect(bytes.count > 1 << 20)
        #expect(error(try ImageFile.decode(bytes, name: "memory").image, image) < 2)
    }

    @Test("what cannot be written is refused")
    func refused() {
        let name = "a picture in memory"
        let image = Image(size: ImageSize(width: 1, height: 1), filledWith: .white)
        for quality in [0, 101, -1, .max] {
            #expect(throws: ImageCodecError.unusableQuality(file: name, quality: quality)) {
                try JPEGWriter.bytes(image, quality: quality)
            }
        }
        let nothing = ImageSize(width: 0, height: 4)
        #expect(throws: ImageCodecError.noPixels(file: name, size: nothing)) {
            try JPEGWriter.bytes(GreyImage(size: nothing, values: []))
        }
        let long = ImageSize(width: 65_501, height: 1)
        #expect(throws: ImageCodecError.sideTooLong(file: name, format: "JPEG", size: long, limit: 65_500)) {
            try JPEGWriter.bytes(Image(size: long, filledWith: .white))
        }
        #expect(throws: Never.self) {
            try JPEGWriter.bytes(Image(size: ImageSize(width: 65_500, height: 1), filledWith: .white))
        }
    }
}
