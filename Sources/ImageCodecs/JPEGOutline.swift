import Imaging

/// What the segments of a JPEG say before its first scan.
struct JPEGOutline {
    let frame: Frame
    let orientation: Orientation
    /// Whether libjpeg must keep the coefficients of the whole picture.
    let hasSeveralScans: Bool

    var size: ImageSize { frame.size }

    /// The frame header.
    struct Frame {
        let process: Process
        let precision: Int
        let size: ImageSize
        /// For each component, how many of its samples there are across and down in the unit that repeats.
        let sampling: [(across: Int, down: Int)]

        init?(_ content: ArraySlice<UInt8>, process: Process) {
            let cursor = ByteCursor(content)
            guard let precision = cursor.byte(at: 0), let height = cursor.uint16(at: 1),
                let width = cursor.uint16(at: 3), let count = cursor.byte(at: 5)
            else { return nil }
            var sampling: [(Int, Int)] = []
            for component in 0..<Int(count) {
                guard let factors = cursor.byte(at: 7 + 3 * component) else { return nil }
                sampling.append((Int(factors >> 4), Int(factors & 15)))
            }
            self.process = process
            self.precision = Int(precision)
            size = ImageSize(width: width, height: height)
            self.sampling = sampling
        }
    }

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

    /// Walks the segments up to the first scan. Reads nothing outside `bytes`.
    init(_ bytes: [UInt8], name: String) throws(ImageCodecError) {
        let cursor = ByteCursor(bytes[...])
        var offset = 2
        var frame: Frame?
        var orientation = Orientation.upright
        while true {
            // As libjpeg does, look for the next marker; bytes that belong to nothing may stand before it.
            while let byte = cursor.byte(at: offset), byte != 0xFF { offset += 1 }
            while cursor.byte(at: offset + 1) == 0xFF { offset += 1 }
            guard let marker = cursor.byte(at: offset + 1) else { throw .truncated(file: name, format: "JPEG") }
            if marker == 0 || marker == 0x01 || (0xD0...0xD7).contains(marker) {
                offset += 2
                continue
            }
            if marker == 0xD8 || marker == 0xD9 || (marker == 0xDA && frame == nil) {
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
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
                guard let found = Frame(content, process: Process(marker: marker)) else {
                    throw .damaged(file: name, format: "JPEG", reason: "the frame header is too short")
                }
                frame = frame ?? found
            case 0xDA:
                guard let frame else { continue }
                self.frame = frame
                self.orientation = orientation
                hasSeveralScans = frame.process.isProgressive || Int(content.first ?? 0) < frame.sampling.count
                return
            default: break
            }
            offset += 2 + length
        }
    }

    /// Coding and colour in words.
    var kind: String {
        let colours = [1: "grey", 3: "colour", 4: "CMYK"]
        let coding = frame.process.isProgressive ? ", progressive" : ""
        let components = frame.sampling.count
        return "\(frame.precision)-bit \(colours[components] ?? "\(components) components")\(coding)"
            + (frame.process.isArithmetic ? ", arithmetic coding" : "")
    }

    /// The most memory that decoding takes, the picture included.
    var decodingBytes: Int {
        // Of one scan, libjpeg keeps a few bands of blocks.
        3 * size.pixelCount + coefficientBytes + 400 * size.width + DecodingOptions.libraryBytes
    }

    /// Bytes of the coefficients of all components, 16 bits each; 0 where they are not kept.
    private var coefficientBytes: Int {
        guard hasSeveralScans, let across = frame.sampling.map(\.across).max(),
            let down = frame.sampling.map(\.down).max(), across > 0, down > 0
        else { return 0 }
        return frame.sampling.reduce(0) { bytes, component in
            let columns = Self.blocks(size.width, component.across, of: across)
            let rows = Self.blocks(size.height, component.down, of: down)
            return bytes + columns * rows * 64 * 2
        }
    }

    /// How many blocks of 8 samples one component has along a side, in whole units.
    private static func blocks(_ side: Int, _ factor: Int, of largest: Int) -> Int {
        (side + 8 * largest - 1) / (8 * largest) * factor
    }
}
