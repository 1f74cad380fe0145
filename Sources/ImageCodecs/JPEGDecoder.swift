import CJPEG
import Imaging

/// Decodes one JPEG: baseline or progressive, 8 bits, grey, colour or CMYK.
struct JPEGDecoder {
    let bytes: [UInt8]
    let name: String
    let options: DecodingOptions

    func decode() throws(ImageCodecError) -> UnturnedPicture {
        let outline = try JPEGOutline(bytes, name: name)
        try check(outline)
        guard let handle = tjInitDecompress() else {
            throw .libraryFailed(file: name, reason: "libjpeg-turbo could not start")
        }
        defer { tjDestroy(handle) }
        let colours = try readHeader(handle, outline)
        let isCMYK = colours == TJCS_CMYK.rawValue || colours == TJCS_YCCK.rawValue
        var warnings: [DecodingWarning] = []
        let samples = try readPixels(handle, outline, isCMYK: isCMYK, warnings: &warnings)
        if isCMYK { warnings.append(.convertedFromCMYK) }
        let pixels = isCMYK ? Self.colour(fromCMYK: samples, isInverted: outline.hasAdobeMarker) : samples
        return UnturnedPicture(
            image: Image(size: outline.size, pixels: pixels), format: "JPEG", kind: outline.kind,
            orientation: outline.orientation, warnings: warnings)
    }

    private func check(_ outline: JPEGOutline) throws(ImageCodecError) {
        if let refusal = outline.process.refusal {
            throw .unsupportedVariant(file: name, format: "JPEG", variant: refusal)
        }
        if outline.precision != 8 {
            throw .unsupportedVariant(file: name, format: "JPEG", variant: "\(outline.precision) bits a channel")
        }
        if ![1, 3, 4].contains(outline.components) {
            throw .unsupportedVariant(file: name, format: "JPEG", variant: "\(outline.components) components")
        }
        if outline.size.height == 0 && outline.size.width > 0 {
            throw .unsupportedVariant(file: name, format: "JPEG", variant: "its height given after the pixels (DNL)")
        }
        if outline.size.isEmpty { throw .noPixels(file: name, size: outline.size) }
        if outline.size.pixelCount > options.maximumPixels {
            throw .tooManyPixels(file: name, size: outline.size, limit: options.maximumPixels)
        }
    }

    /// The colour space, once the library agrees with the outline about the size.
    private func readHeader(_ handle: tjhandle, _ outline: JPEGOutline) throws(ImageCodecError) -> UInt32 {
        var (width, height, subsampling, colours): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
        let status = tjDecompressHeader3(
            handle, bytes, UInt(bytes.count), &width, &height, &subsampling, &colours)
        if status != 0 && (isFatal(handle) || !options.isLenient) { throw fault(handle) }
        guard width == outline.size.width && height == outline.size.height else {
            throw .damaged(file: name, format: "JPEG", reason: "it has two frame headers that differ")
        }
        return UInt32(bitPattern: colours)
    }

    /// `[height, width, 3]`, or 4 channels for CMYK.
    private func readPixels(
        _ handle: tjhandle, _ outline: JPEGOutline, isCMYK: Bool, warnings: inout [DecodingWarning]
    ) throws(ImageCodecError) -> [UInt8] {
        let (width, height) = (outline.size.width, outline.size.height)
        let channels = isCMYK ? 4 : 3
        let format = isCMYK ? TJPF_CMYK : TJPF_RGB
        // A scan costs time in proportion to the picture but only a few bytes of file, hence the cap on scans.
        var flags = TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS
        if !options.isLenient { flags |= TJFLAG_STOPONWARNING }
        var samples = [UInt8](repeating: 0, count: outline.size.pixelCount * channels)
        let status = tjDecompress2(
            handle, bytes, UInt(bytes.count), &samples, Int32(width), Int32(width * channels), Int32(height),
            format.rawValue, flags)
        if status != 0 {
            if !options.isLenient { throw fault(handle) }
            warnings.append(.damaged(message(handle)))
        }
        return samples
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

    private func isFatal(_ handle: tjhandle) -> Bool {
        tjGetErrorCode(handle) == Int32(TJERR_FATAL.rawValue)
    }

    private func message(_ handle: tjhandle) -> String {
        tjGetErrorStr2(handle).map { String(cString: $0) } ?? "no reason given"
    }

    private func fault(_ handle: tjhandle) -> ImageCodecError {
        let text = message(handle)
        return text.contains("Premature end") || !hasEndMarker
            ? .truncated(file: name, format: "JPEG") : .damaged(file: name, format: "JPEG", reason: text)
    }

    /// Ink to light: each channel is darkened by black. Adobe's files store 255 for no ink.
    private static func colour(fromCMYK samples: [UInt8], isInverted: Bool) -> [UInt8] {
        let count = samples.count / 4
        return [UInt8](unsafeUninitializedCapacity: 3 * count) { output, initialized in
            for pixel in 0..<count {
                let black = isInverted ? Int(samples[4 * pixel + 3]) : 255 - Int(samples[4 * pixel + 3])
                for channel in 0..<3 {
                    let ink = Int(samples[4 * pixel + channel])
                    output[3 * pixel + channel] = UInt8(((isInverted ? ink : 255 - ink) * black + 127) / 255)
                }
            }
            initialized = 3 * count
        }
    }
}
