import Foundation
import ImageCodecs
import Imaging

/// Pictures that the tests draw for themselves: a brushed plate with a dark hole in it.
enum SamplePictures {
    static func plate(width: Int = 160, height: Int = 120, holeRadius: Int = 9) -> Image {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                let streak = (x * 7919 % 13) + (x * 104_729 % 7)
                let (dx, dy) = (x - width * 2 / 3, y - height / 2)
                let isHole = dx * dx + dy * dy < holeRadius * holeRadius
                let level = UInt8(isHole ? 25 : 140 + streak)
                pixels += [level, level, level]
            }
        }
        return Image(size: ImageSize(width: width, height: height), pixels: pixels)
    }

    /// The bytes of a PNG of one grey, small however large the picture is.
    static func flat(side: Int) throws -> Data {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).png")
        defer { try? FileManager.default.removeItem(at: file) }
        let size = ImageSize(width: side, height: side)
        try PNGWriter.write(GreyImage(size: size, values: [UInt8](repeating: 90, count: side * side)), to: file.path)
        return try Data(contentsOf: file)
    }

    /// The bytes of a PNG of a picture.
    static func png(_ image: Image = plate()) throws -> Data {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).png")
        defer { try? FileManager.default.removeItem(at: file) }
        try PNGWriter.write(image, to: file.path)
        return try Data(contentsOf: file)
    }

    /// The bytes of a bitmap of a picture, 24 bits a pixel.
    static func bmp(_ image: Image = plate()) -> Data {
        let (width, height) = (image.size.width, image.size.height)
        var file = Data("BM".utf8) + Data(count: 8)
        for number in [54, 40, width, height, 24 << 16 | 1, 0, 0, 0, 0, 0, 0] {
            withUnsafeBytes(of: UInt32(number).littleEndian) { file.append(contentsOf: $0) }
        }
        for y in (0..<height).reversed() {
            for x in 0..<width {
                let colour = image[x: x, y: y]
                file.append(contentsOf: [colour.blue, colour.green, colour.red])
            }
            file.append(contentsOf: [UInt8](repeating: 0, count: width % 4))
        }
        return file
    }

    /// The smallest whole JPEG that this test needs: the first bytes of one, cut in the middle of its scan.
    static let truncatedJPEG = Data([
        0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 0x4A, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0xFF, 0xC0, 0, 11, 8, 0,
        64,
        0, 64, 1, 1, 0x11, 0,
    ])

    /// A PNG header that promises 20,000 x 20,000 pixels and then ends.
    static let hugeHeader = Data([
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0x4E, 0x20, 0, 0,
        0x4E,
        0x20, 8, 2, 0, 0, 0, 0xB9, 0x27, 0xEA, 0x4B,
    ])
}
