import CPNG
import Imaging

/// Decodes one PNG of any depth and colour type.
struct PNGDecoder {
    let bytes: [UInt8]
    let name: String
    let options: DecodingOptions

    func decode() throws(ImageCodecError) -> UnturnedPicture {
        let outline = try outline()
        var warnings: [DecodingWarning] = []
        let image = try Image(decoding: bytes, size: outline.size) { source, target throws(ImageCodecError) in
            try readRows(of: source, outline, into: target, &warnings)
        }
        if outline.isAnimation { warnings.append(.animation) }
        return UnturnedPicture(
            image: image, format: "PNG", kind: outline.kind,
            orientation: outline.orientation, warnings: warnings)
    }

    /// What the header says, once it is checked.
    func outline() throws(ImageCodecError) -> PNGOutline {
        let outline = try PNGOutline(bytes, name: name)
        try options.check(outline.size, decodingBytes: outline.decodingBytes, name: name)
        return outline
    }

    /// A reader that stands before the first row.
    func reader(
        of source: UnsafeBufferPointer<UInt8>, _ outline: PNGOutline, keepsSamples: Bool
    ) throws(ImageCodecError) -> PNGReader {
        let limits = cpng_limits(
            width: UInt32(outline.size.width), height: UInt32(outline.size.height), chunk_bytes: 8 << 20,
            cached_chunks: 1000, keeps_samples: keepsSamples ? 1 : 0)
        guard let reader = PNGReader(source, limits: limits) else {
            throw .libraryFailed(file: name, reason: "libpng could not start")
        }
        guard reader.start() else { throw refusal(reader.messages.error, outline) }
        return reader
    }

    private func readRows(
        of source: UnsafeBufferPointer<UInt8>, _ outline: PNGOutline, into target: UnsafeMutableBufferPointer<UInt8>,
        _ warnings: inout [DecodingWarning]
    ) throws(ImageCodecError) {
        let reader = try reader(of: source, outline, keepsSamples: false)
        guard let start = target.baseAddress else { return }
        let channels = Int(reader.kind.pointee.channels)
        let (width, height) = (outline.size.width, outline.size.height)
        var composition = Composition(
            background: options.background, palette: reader.kind.pointee.is_palette != 0 ? reader.palette : nil)
        let isWhole =
            channels == 3
            ? reader.readRows(into: start, height: height, rowBytes: 3 * width)
            : reader.forEachRow(height: height, rowBytes: channels * width) { y, row in
                composition.compose(row, channels: channels, into: start + 3 * width * y)
            }
        warnings += try judge(reader.messages, outline, isWhole: isWhole)
        if reader.kind.pointee.bit_depth == 16 { warnings.append(.reducedTo8Bits) }
        if composition.leftPalette { throw colourBeyondPalette }
        if composition.foundTransparency { warnings.append(.composedOver(options.background)) }
    }

    /// Sorts libpng's messages into an error or warnings.
    func judge(
        _ messages: Messages, _ outline: PNGOutline, isWhole: Bool
    ) throws(ImageCodecError) -> [DecodingWarning] {
        var warnings: [DecodingWarning] = []
        if !isWhole {
            if !options.isLenient { throw refusal(messages.error, outline) }
            warnings.append(.damaged(messages.error))
        }
        for text in messages.warnings {
            // Transparency is part of the pixels, so its faults are faults of the picture.
            if text.hasPrefix("tRNS") {
                if !options.isLenient { throw .damaged(file: name, format: "PNG", reason: text) }
                warnings.append(.damaged(text))
            } else {
                warnings.append(.ignored(text))
            }
        }
        return warnings
    }

    var colourBeyondPalette: ImageCodecError {
        .damaged(file: name, format: "PNG", reason: "a pixel names a colour beyond the palette")
    }

    private func refusal(_ reason: String, _ outline: PNGOutline) -> ImageCodecError {
        outline.isComplete
            ? .damaged(file: name, format: "PNG", reason: reason) : .truncated(file: name, format: "PNG")
    }
}

extension PNGOutline {
    /// Palette indices are one channel.
    var storedChannels: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colourType] ?? 4 }

    /// Channels of the rows once transparency is one of them.
    private var rowChannels: Int {
        hasTransparency && (colourType == 0 || colourType == 2) ? storedChannels + 1 : storedChannels
    }

    /// The most memory that decoding takes, the picture included. An interlaced picture is decoded whole before its rows
    /// become colour.
    var decodingBytes: Int {
        let rows = isInterlaced && rowChannels != 3 ? size.height : 1
        return (3 * size.height + rowChannels * rows) * size.width + DecodingOptions.libraryBytes
    }

    /// Depth and colour type in words.
    var kind: String {
        let colours = [0: "grey", 2: "colour", 3: "palette", 4: "grey and alpha", 6: "colour and alpha"]
        return "\(bitDepth)-bit \(colours[colourType] ?? "unknown")\(isInterlaced ? ", interlaced" : "")"
    }
}
