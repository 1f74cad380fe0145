import Foundation
import ImageCodecs
import Imaging

/// PNG files as bytes. The library writes files: each takes the way over one of its own in the folder for temporary files.
enum PNGBytes {
    static func of(_ image: Image) throws -> [UInt8] { try bytes { try PNGWriter.write(image, to: $0) } }

    static func of(_ mask: Mask) throws -> [UInt8] { try bytes { try PNGWriter.write(mask, to: $0) } }

    private static func bytes(_ write: (String) throws -> Void) throws -> [UInt8] {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).png")
        defer { try? FileManager.default.removeItem(at: file) }
        try write(file.path)
        return [UInt8](try Data(contentsOf: file))
    }
}
