import Imaging

/// What the header of a Windows or OS/2 bitmap says, with the colours that stand before its pixels.
struct BMPOutline {
    private static let fileHeaderBytes = 14
    /// BITMAPCOREHEADER; BITMAPINFOHEADER, with three and four masks, OS/2's longer form, and versions 4 and 5.
    private static let headerBytes: Set<Int> = [coreHeaderBytes, 40, 52, 56, os2HeaderBytes, 108, 124]
    private static let coreHeaderBytes = 12
    private static let os2HeaderBytes = 64

    let size: ImageSize
    let bitsPerPixel: Int
    let pixels: Pixels
    private let isTopDown: Bool
    /// From the start of the file.
    private let firstRowOffset: Int

    /// How the bits of a pixel are understood.
    enum Pixels {
        /// An index; `[entries, 4]`, red, green, blue and an opacity of 255.
        case palette([UInt8])
        /// Three bytes: blue, green, red.
        case bytes
        /// Red, green and blue, and perhaps opacity, each in some of the bits.
        case masks([BMPChannel])
    }

    init(_ bytes: [UInt8], name: String) throws(ImageCodecError) {
        var cursor = ByteCursor(bytes[...])
        cursor.isLittleEndian = true
        let header = try Header(cursor, name: name)
        size = header.size
        isTopDown = header.isTopDown
        bitsPerPixel = header.bitsPerPixel
        guard let offset = cursor.uint32(at: 10) else { throw .truncated(file: name, format: "BMP") }
        firstRowOffset = offset
        guard offset >= header.end else {
            throw .damaged(file: name, format: "BMP", reason: "its pixels would begin inside the header")
        }
        switch header.bitsPerPixel {
        case 1, 4, 8: pixels = .palette(try header.palette(cursor, before: offset, name: name))
        case 24: pixels = .bytes
        default: pixels = .masks(try header.channels(cursor, name: name))
        }
    }

    // MARK: Rows

    /// Samples of a pixel once it is read: an index, three colours, or these and the opacity.
    var channels: Int {
        switch pixels {
        case .palette: 1
        case .bytes: 3
        case .masks(let channels): channels.count
        }
    }

    /// Whole groups of four bytes.
    private var rowBytes: Int { (size.width * bitsPerPixel + 31) / 32 * 4 }

    /// The bytes of a row without what fills the last group.
    private var usedRowBytes: Int { (size.width * bitsPerPixel + 7) / 8 }

    /// Where the file has a row, counted from the top; nil where it ends before the end of that row.
    func row(_ y: Int, in file: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        let start = firstRowOffset + rowBytes * (isTopDown ? y : size.height - 1 - y)
        guard start + usedRowBytes <= file.count else { return nil }
        return UnsafeBufferPointer(rebasing: file[start..<start + usedRowBytes])
    }

    /// Whether a file of so many bytes has all rows.
    func isComplete(in fileBytes: Int) -> Bool {
        firstRowOffset + rowBytes * (size.height - 1) + usedRowBytes <= fileBytes
    }

    // MARK: What is told

    /// The most memory that decoding takes, the picture included.
    var decodingBytes: Int { (3 * size.height + channels) * size.width + DecodingOptions.libraryBytes }

    /// Whether the indices are shades of grey themselves, or 0 and 1 for black and white.
    var isGrey: Bool {
        guard case .palette(let colours) = pixels else { return false }
        let shades = bitsPerPixel == 1 ? [0, 255] : Array(0...255)
        return colours.count >= 8
            && zip(stride(from: 0, to: colours.count, by: 4), shades).allSatisfy { entry, shade in
                colours[entry..<entry + 3].allSatisfy { $0 == shade }
            }
    }

    /// The bits of a pixel, and what they hold in words.
    var kind: String {
        let colours = if case .palette = pixels { isGrey ? "grey" : "palette" } else { "colour" }
        return "\(bitsPerPixel)-bit \(colours)\(channels == 4 ? " and alpha" : "")"
    }
}

extension BMPOutline {
    /// The numbers of the header.
    private struct Header {
        let size: ImageSize
        let isTopDown: Bool
        let bitsPerPixel: Int
        /// Behind the header.
        let end: Int
        private let length: Int
        private let coding: Coding
        /// As the header has it; 0 stands for as many as there can be.
        private let paletteEntries: Int

        /// How the pixels are stored.
        private enum Coding: Int {
            case plain = 0
            case masks = 3
            case masksWithAlpha = 6
        }

        init(_ cursor: ByteCursor, name: String) throws(ImageCodecError) {
            guard let length = cursor.uint32(at: fileHeaderBytes) else { throw .truncated(file: name, format: "BMP") }
            guard headerBytes.contains(length) else {
                throw .unsupportedVariant(file: name, format: "BMP", variant: "a header of \(length) bytes")
            }
            guard let fields = cursor.slice(at: fileHeaderBytes, length: length).map({ ByteCursor($0, like: cursor) })
            else { throw .truncated(file: name, format: "BMP") }
            self.length = length
            end = fileHeaderBytes + length
            let isCore = length == coreHeaderBytes
            let width = isCore ? fields.uint16(at: 4) : fields.int32(at: 4)
            let height = isCore ? fields.uint16(at: 6) : fields.int32(at: 8)
            guard let width, let height, let bits = fields.uint16(at: isCore ? 10 : 14) else {
                throw .truncated(file: name, format: "BMP")
            }
            if width < 0 {
                throw .damaged(file: name, format: "BMP", reason: "a width of \(width)")
            }
            isTopDown = height < 0
            size = ImageSize(width: width, height: abs(height))
            guard size.pixelCount <= DecodingOptions.countablePixels else {
                throw .tooManyPixels(file: name, size: size, limit: DecodingOptions.countablePixels)
            }
            bitsPerPixel = bits
            let code = isCore ? 0 : fields.uint32(at: 16) ?? 0
            paletteEntries = isCore ? 0 : fields.uint32(at: 32) ?? 0
            guard let coding = Coding(rawValue: code), length != os2HeaderBytes || coding == .plain else {
                throw .unsupportedVariant(file: name, format: "BMP", variant: Self.name(ofCoding: code))
            }
            self.coding = coding
            guard (coding == .plain ? [1, 4, 8, 16, 24, 32] : [16, 32]).contains(bits) else {
                throw .unsupportedVariant(
                    file: name, format: "BMP",
                    variant: coding == .plain ? "\(bits) bits a pixel" : "masks in \(bits) bits a pixel")
            }
        }

        private static func name(ofCoding code: Int) -> String {
            switch code {
            case 1, 2: "run lengths in place of pixels"
            case 4: "a JPEG inside"
            case 5: "a PNG inside"
            default: "the compression \(code)"
            }
        }

        /// `[entries, 4]`: as many colours as are there, but no more than a pixel can name.
        func palette(
            _ cursor: ByteCursor, before pixels: Int, name: String
        ) throws(ImageCodecError) -> [UInt8] {
            let entryBytes = length == coreHeaderBytes ? 3 : 4
            let possible = 1 << bitsPerPixel
            let declared = paletteEntries == 0 ? possible : min(paletteEntries, possible)
            let count = min(declared, (pixels - end) / entryBytes)
            guard let entries = cursor.slice(at: end, length: count * entryBytes) else {
                throw .truncated(file: name, format: "BMP")
            }
            return stride(from: entries.startIndex, to: entries.endIndex, by: entryBytes).flatMap {
                [entries[$0 + 2], entries[$0 + 1], entries[$0], 255]
            }
        }

        /// Red, green and blue, and opacity where the file has it.
        func channels(_ cursor: ByteCursor, name: String) throws(ImageCodecError) -> [BMPChannel] {
            if coding == .plain {
                return bitsPerPixel == 16
                    ? [0x7C00, 0x03E0, 0x001F].compactMap(BMPChannel.init)
                    : [0xFF_0000, 0xFF00, 0xFF].compactMap(BMPChannel.init)
            }
            // They are the header's next fields, or stand behind a header that ends before them.
            let count = coding == .masksWithAlpha || length >= 56 ? 4 : 3
            var channels: [BMPChannel] = []
            for index in 0..<count {
                guard let mask = cursor.uint32(at: fileHeaderBytes + 40 + 4 * index) else {
                    throw .truncated(file: name, format: "BMP")
                }
                if index == 3 && mask == 0 { break }
                guard let channel = BMPChannel(mask) else {
                    throw .unsupportedVariant(
                        file: name, format: "BMP", variant: "a colour in the bits \(String(mask, radix: 16))")
                }
                channels.append(channel)
            }
            return channels
        }
    }
}

/// The bits of a pixel that hold one colour, or the opacity.
struct BMPChannel {
    private let mask: UInt32
    private let shift: UInt32
    /// For each number that the bits can hold, the same from 0 to 255.
    private let levels: [UInt8]

    /// - Returns: nil for bits that do not stand side by side, and for more than eight of them.
    init?(_ mask: Int) {
        guard let mask = UInt32(exactly: mask) else { return nil }
        let shift = mask == 0 ? 0 : UInt32(mask.trailingZeroBitCount)
        let largest = Int(mask >> shift)
        guard largest <= 255, largest & (largest + 1) == 0 else { return nil }
        self.mask = mask
        self.shift = shift
        // Matches: Pillow, which rounds down.
        levels = (0...largest).map { UInt8($0 * 255 / max(1, largest)) }
    }

    func level(of pixel: UInt32) -> UInt8 { levels[Int((pixel & mask) >> shift)] }
}
