import Imaging

/// What the segments of a JPEG say before its first scan.
struct JPEGOutline {
    var size: ImageSize
    var precision: Int
    var components: Int
    var process: Process
    var orientation = Orientation.upright
    /// Whether Adobe's marker is there; its CMYK values are stored inverted.
    var hasAdobeMarker = false

    /// How the frame is coded: the low bits of its marker.
    struct Process: Hashable {
        var marker: UInt8

        var isProgressive: Bool { marker == 0xC2 || marker == 0xCA }
        var isArithmetic: Bool { marker >= 0xC9 }
        /// The reason why this library does not decode it; nil where it does.
        var refusal: String? {
            switch marker {
            case 0xC0, 0xC1, 0xC2, 0xC9, 0xCA: nil
            case 0xC3, 0xCB: "lossless coding"
            default: "hierarchical coding"
            }
        }
    }

    /// Walks the segments up to the frame header. Reads nothing outside `bytes`.
    init(_ bytes: [UInt8], name: String) throws(ImageCodecError) {
        let cursor = ByteCursor(bytes[...])
        var offset = 2
        var orientation = Orientation.upright
        var hasAdobeMarker = false
        while true {
            guard let prefix = cursor.byte(at: offset) else { throw .truncated(file: name, format: "JPEG") }
            guard prefix == 0xFF else {
                throw .damaged(file: name, format: "JPEG", reason: "no marker at byte \(offset)")
            }
            // Any number of FF bytes may stand before a marker.
            while cursor.byte(at: offset + 1) == 0xFF { offset += 1 }
            guard let marker = cursor.byte(at: offset + 1) else { throw .truncated(file: name, format: "JPEG") }
            if marker == 0x01 || (0xD0...0xD7).contains(marker) {
                offset += 2
                continue
            }
            if marker == 0xD9 || marker == 0xDA || marker == 0 || marker == 0xD8 {
                throw .damaged(file: name, format: "JPEG", reason: "no frame header before the first scan")
            }
            guard let length = cursor.uint16(at: offset + 2) else { throw .truncated(file: name, format: "JPEG") }
            guard length >= 2 else {
                throw .damaged(file: name, format: "JPEG", reason: "a segment of \(length) bytes at byte \(offset)")
            }
            guard let content = cursor.slice(at: offset + 4, length: length - 2) else {
                throw .truncated(file: name, format: "JPEG")
            }
            switch marker {
            case 0xE1 where content.starts(with: [0x45, 0x78, 0x69, 0x66, 0, 0]):
                orientation = EXIFOrientation.find(in: content.dropFirst(6)) ?? orientation
            case 0xEE where content.starts(with: "Adobe".utf8):
                hasAdobeMarker = true
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
                let frame = ByteCursor(content)
                guard let precision = frame.byte(at: 0), let height = frame.uint16(at: 1),
                    let width = frame.uint16(at: 3), let components = frame.byte(at: 5)
                else { throw .damaged(file: name, format: "JPEG", reason: "the frame header is too short") }
                size = ImageSize(width: width, height: height)
                self.precision = Int(precision)
                self.components = Int(components)
                process = Process(marker: marker)
                self.orientation = orientation
                self.hasAdobeMarker = hasAdobeMarker
                return
            default: break
            }
            offset += 2 + length
        }
    }

    /// Coding and colour in words.
    var kind: String {
        let colours = [1: "grey", 3: "colour", 4: "CMYK"]
        let coding = process.isProgressive ? ", progressive" : ""
        return "\(precision)-bit \(colours[components] ?? "\(components) components")\(coding)"
            + (process.isArithmetic ? ", arithmetic coding" : "")
    }
}
