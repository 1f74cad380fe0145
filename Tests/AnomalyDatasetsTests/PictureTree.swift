import Foundation
import ImageCodecs
import Imaging

/// A folder of small pictures and masks that is removed when the value goes.
final class PictureTree {
    let path: String

    init(_ name: String = "data") throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("vitrine-\(UUID().uuidString)/\(name)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent) }

    private func place(_ name: String) throws -> String {
        let file = "\(path)/\(name)"
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        return file
    }

    /// Pictures of 6 x 4 pixels.
    func pictures(_ names: String..., width: Int = 6) throws {
        for name in names {
            let image = Image(
                size: ImageSize(width: width, height: 4), pixels: [UInt8](repeating: 90, count: 12 * width))
            try write(image, name)
        }
    }

    /// Masks of 6 x 4 pixels, of which the first ones behind `start` are marked.
    func masks(_ names: String..., from start: Int = 0, marked: Int = 3, value: UInt8 = 255, width: Int = 6) throws {
        for name in names {
            let pixels = (0..<4 * width).flatMap {
                [UInt8](repeating: (start..<start + marked).contains($0) ? value : 0, count: 3)
            }
            try write(Image(size: ImageSize(width: width, height: 4), pixels: pixels), name)
        }
    }

    private func write(_ image: Image, _ name: String) throws {
        // The first bytes decide what a file is; its name may say anything.
        try PNGWriter.write(image, to: try place(name + ".written"))
        try FileManager.default.moveItem(atPath: "\(path)/\(name).written", toPath: "\(path)/\(name)")
    }

    /// Masks of 6 x 4 pixels as bitmaps of 8 bits with a palette of greys, of which the first ones are marked.
    func bitmapMasks(_ names: String..., marked: Int = 3) throws {
        let numbers: [UInt32] = [14 + 40 + 1024, 40, 6, 4, 8 << 16 | 1, 0, 0, 0, 0, 0, 0]
        var file = Array("BM".utf8) + [UInt8](repeating: 0, count: 8)
        for number in numbers { withUnsafeBytes(of: number.littleEndian) { file += $0 } }
        for grey in UInt8.min ... .max { file += [grey, grey, grey, 0] }
        // The lowest row comes first, in groups of four bytes.
        for y in (0..<4).reversed() {
            for x in 0..<8 { file.append(x < 6 && 6 * y + x < marked ? 255 : 0) }
        }
        for name in names { try Data(file).write(to: URL(fileURLWithPath: place(name))) }
    }

    func text(_ text: String, _ name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: place(name)))
    }

    func folder(_ name: String) throws { _ = try place("\(name)/x") }
}
