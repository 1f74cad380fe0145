/// What a file is, by its first bytes.
enum FileKind: Equatable {
    case png
    case jpeg
    case bmp
    /// A picture or document format with a name, which is not decoded here.
    case unsupported(String)
    /// Not a picture as far as one can tell; the text says what it looks like.
    case other(String)

    init(_ bytes: [UInt8]) {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if bytes.count >= 18 && bytes.starts(with: "BM".utf8) && bytes[15...17].allSatisfy({ $0 == 0 }) {
            // The length of the header behind the first 14 bytes is a small number.
            self = .bmp
        } else if let format = Self.namedFormat(bytes) {
            self = .unsupported(format)
        } else {
            self = .other(Self.guess(bytes))
        }
    }

    private static func namedFormat(_ bytes: [UInt8]) -> String? {
        func holds(_ text: String, at offset: Int = 0) -> Bool {
            bytes.count >= offset + text.utf8.count && bytes[offset...].starts(with: text.utf8)
        }
        if holds("RIFF") && holds("WEBP", at: 8) { return "WebP" }
        if [[0x49, 0x49, 0x2A, 0], [0x4D, 0x4D, 0, 0x2A], [0x49, 0x49, 0x2B, 0], [0x4D, 0x4D, 0, 0x2B]].contains(
            where: {
                bytes.starts(with: $0)
            })
        {
            return "TIFF"
        }
        if holds("GIF87a") || holds("GIF89a") { return "GIF" }
        if holds("ftyp", at: 4) {
            if holds("avif", at: 8) || holds("avis", at: 8) { return "AVIF" }
            let brands = ["heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"]
            return brands.contains { holds($0, at: 8) } ? "HEIC" : "an ISO media file (MP4 or similar)"
        }
        if holds("%PDF-") { return "PDF" }
        if bytes.starts(with: [0xFF, 0x0A]) || holds("JXL ", at: 4) { return "JPEG XL" }
        if bytes.starts(with: [0xFF, 0x4F, 0xFF, 0x51]) || holds("jP  ", at: 4) { return "JPEG 2000" }
        if holds("8BPS") { return "Photoshop (PSD)" }
        if bytes.count > 2 && bytes[0] == 0x50 && (0x31...0x37).contains(bytes[1]) && bytes[2] <= 0x20 {
            return "PNM (PPM, PGM or PBM)"
        }
        return nil
    }

    private static func guess(_ bytes: [UInt8]) -> String {
        let head = bytes.prefix(512)
        let text = String(decoding: head, as: UTF8.self).lowercased()
        if text.hasPrefix("version https://git-lfs") { return "a Git LFS pointer (run git lfs pull)" }
        if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") { return "an HTML page" }
        if text.hasPrefix("<svg") || (text.hasPrefix("<?xml") && text.contains("<svg")) { return "an SVG drawing" }
        if bytes.starts(with: [0x50, 0x4B, 3, 4]) { return "a ZIP archive" }
        if bytes.starts(with: [0x1F, 0x8B]) { return "a gzip archive" }
        if bytes.starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) { return "a NumPy array" }
        if [UInt8]([0x89, 0x50, 0x4E, 0x47]).starts(with: bytes.prefix(4))
            || bytes.starts(with: [0x89, 0x50, 0x4E, 0x47])
        {
            return "the beginning of a PNG with a damaged signature"
        }
        let isText = head.allSatisfy { $0 == 9 || $0 == 10 || $0 == 13 || (0x20...0x7E).contains($0) || $0 >= 0xC2 }
        return isText ? "text" : "data of an unknown kind"
    }
}
