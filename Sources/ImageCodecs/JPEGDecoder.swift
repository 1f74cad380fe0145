import CJPEG
import Imaging

/// Decodes one JPEG: baseline or progressive, 8 bits, grey, colour or CMYK.
struct JPEGDecoder {
    let bytes: [UInt8]
    let name: String
    let options: DecodingOptions

    /// More than any honest picture has.
    private static let maximumScans: Int32 = 500

    func decode() throws(ImageCodecError) -> UnturnedPicture {
        let outline = try outline()
        var warnings: [DecodingWarning] = []
        let image = try Image(decoding: bytes, size: outline.size) { source, target throws(ImageCodecError) in
            try readRows(of: source, outline.size, into: target, &warnings)
        }
        return UnturnedPicture(
            image: image, format: "JPEG", kind: outline.kind,
            orientation: outline.orientation, warnings: warnings)
    }

    /// What the header says, once it is checked.
    func outline() throws(ImageCodecError) -> JPEGOutline {
        let outline = try JPEGOutline(bytes, name: name)
        if let refusal = outline.frame.process.refusal {
            throw .unsupportedVariant(file: name, format: "JPEG", variant: refusal)
        }
        if outline.frame.precision != 8 {
            throw .unsupportedVariant(file: name, format: "JPEG", variant: "\(outline.frame.precision) bits a channel")
        }
        let components = outline.frame.sampling.count
        if ![1, 3, 4].contains(components) {
            throw .unsupportedVariant(file: name, format: "JPEG", variant: "\(components) components")
        }
        if outline.size.height == 0 && outline.size.width > 0 {
            throw .unsupportedVariant(file: name, format: "JPEG", variant: "its height given after the pixels (DNL)")
        }
        try options.check(outline.size, decodingBytes: outline.decodingBytes, name: name)
        return outline
    }

    private func readRows(
        of source: UnsafeBufferPointer<UInt8>, _ size: ImageSize, into target: UnsafeMutableBufferPointer<UInt8>,
        _ warnings: inout [DecodingWarning]
    ) throws(ImageCodecError) {
        let limits = cjpeg_limits(
            width: UInt32(size.width), height: UInt32(size.height), scans: Self.maximumScans,
            stops_at_damage: options.isLenient ? 0 : 1)
        guard let reader = JPEGReader(source, limits: limits), let start = target.baseAddress else {
            throw .libraryFailed(file: name, reason: "libjpeg-turbo could not start")
        }
        guard let channels = reader.start() else { throw refusal(reader) }
        var isWhole = true
        var inks = [UInt8](repeating: 0, count: channels == 4 ? 4 * size.width : 0)
        for y in 0..<size.height where isWhole {
            let row = start + 3 * size.width * y
            if channels == 4 {
                isWhole = reader.readRow(into: &inks)
                if isWhole { Self.mix(inks, into: row) }
            } else {
                isWhole = reader.readRow(into: row)
            }
        }
        if let oddity = reader.oddity { warnings.append(.ignored(oddity)) }
        if !isWhole && !options.isLenient { throw refusal(reader) }
        if let fault = reader.error ?? reader.damage { warnings.append(.damaged(fault)) }
        if channels == 4 { warnings.append(.convertedFromCMYK) }
    }

    private func refusal(_ reader: borrowing JPEGReader) -> ImageCodecError {
        let fault = reader.error ?? "no reason given"
        if reader.lacksMemory { return .libraryFailed(file: name, reason: fault) }
        if reader.isUnsupported {
            return .unsupportedVariant(file: name, format: "JPEG", variant: "such sampling factors or colours")
        }
        return fault.contains("Premature end") || !hasEndMarker
            ? .truncated(file: name, format: "JPEG") : .damaged(file: name, format: "JPEG", reason: fault)
    }

    /// Whether an end marker stands behind the last thing that looks like a frame header; thumbnails stand before it.
    private var hasEndMarker: Bool {
        bytes.withUnsafeBufferPointer { bytes in
            var index = bytes.count - 2
            while index >= 2 {
                if bytes[index] == 0xFF {
                    if bytes[index + 1] == 0xD9 { return true }
                    if (0xC0...0xC2).contains(bytes[index + 1]) { return false }
                }
                index -= 1
            }
            return false
        }
    }

    /// Ink to light: each channel is darkened by black. 255 stands for no ink, as Adobe's programs store it, whether the
    /// file has Adobe's marker or not.
    ///
    /// Matches: Pillow's `convert("RGB")`.
    private static func mix(_ inks: [UInt8], into row: UnsafeMutablePointer<UInt8>) {
        for pixel in 0..<inks.count / 4 {
            let light = Int(inks[4 * pixel + 3])
            for channel in 0..<3 {
                row[3 * pixel + channel] = UInt8((Int(inks[4 * pixel + channel]) * light + 127) / 255)
            }
        }
    }
}
