import CPNG
import Imaging

/// Decodes one PNG of any depth and colour type.
struct PNGDecoder {
    let bytes: [UInt8]
    let name: String
    let options: DecodingOptions

    func decode() throws(ImageCodecError) -> UnturnedPicture {
        let outline = try PNGOutline(bytes, name: name)
        if outline.size.isEmpty { throw .noPixels(file: name, size: outline.size) }
        if outline.size.pixelCount > options.maximumPixels {
            throw .tooManyPixels(file: name, size: outline.size, limit: options.maximumPixels)
        }

        var picture = cpng_picture()
        defer { cpng_picture_free(&picture) }
        let limits = cpng_limits(
            width: UInt32(outline.size.width), height: UInt32(outline.size.height), chunk_bytes: 8 << 20,
            cached_chunks: 1000)
        let status = cpng_decode(bytes, bytes.count, limits, &picture)
        var warnings = try judge(status, picture, isComplete: outline.isComplete)
        let image = try image(of: picture, outline: outline, warnings: &warnings)
        if outline.isAnimation { warnings.append(.animation) }
        return UnturnedPicture(
            image: image, format: "PNG", kind: outline.kind, orientation: outline.orientation, warnings: warnings)
    }

    /// Sorts libpng's messages into an error or warnings.
    private func judge(
        _ status: Int32, _ picture: cpng_picture, isComplete: Bool
    ) throws(ImageCodecError) -> [DecodingWarning] {
        let messages = Messages(picture.messages)
        var warnings: [DecodingWarning] = []
        if status != 0 {
            guard options.isLenient && picture.has_pixels != 0 else {
                throw isComplete
                    ? .damaged(file: name, format: "PNG", reason: messages.error)
                    : .truncated(file: name, format: "PNG")
            }
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

    private func image(
        of picture: cpng_picture, outline: PNGOutline, warnings: inout [DecodingWarning]
    ) throws(ImageCodecError) -> Image {
        let samples = UnsafeBufferPointer(
            start: picture.pixels, count: outline.size.pixelCount * Int(picture.channels))
        if picture.bit_depth == 16 { warnings.append(.reducedTo8Bits) }
        var composition = Composition(background: options.background)
        let pixels: [UInt8]
        if picture.is_palette != 0 {
            let palette = withUnsafeBytes(of: picture.palette) { Array($0.prefix(4 * Int(picture.palette_count))) }
            guard let found = composition.pixels(indices: samples, palette: palette) else {
                throw .damaged(file: name, format: "PNG", reason: "a pixel names a colour beyond the palette")
            }
            pixels = found
        } else {
            pixels = composition.pixels(samples: samples, channels: Int(picture.channels))
        }
        if composition.foundTransparency { warnings.append(.composedOver(options.background)) }
        return Image(size: outline.size, pixels: pixels)
    }
}

extension PNGOutline {
    /// Depth and colour type in words.
    fileprivate var kind: String {
        let colours = [0: "grey", 2: "colour", 3: "palette", 4: "grey and alpha", 6: "colour and alpha"]
        return "\(bitDepth)-bit \(colours[colourType] ?? "unknown")\(isInterlaced ? ", interlaced" : "")"
    }
}

/// libpng's messages as Swift strings.
struct Messages {
    let error: String
    let warnings: [String]

    init(_ messages: cpng_messages) {
        error = withUnsafeBytes(of: messages.error, text)
        warnings = withUnsafeBytes(of: messages.warnings, text).split(separator: "\n").map(String.init)
    }
}
