import Imaging

/// Decodes one uncompressed Windows or OS/2 bitmap.
struct BMPDecoder {
    let bytes: [UInt8]
    let name: String
    let options: DecodingOptions

    func decode() throws(ImageCodecError) -> UnturnedPicture {
        let outline = try completeOutline()
        let palette: [UInt8]? = if case .palette(let colours) = outline.pixels { colours } else { nil }
        var composition = Composition(background: options.background, palette: palette)
        var isWhole = true
        let image = try Image(decoding: bytes, size: outline.size) { source, target throws(ImageCodecError) in
            guard let start = target.baseAddress else { return }
            isWhole = outline.forEachRow(in: source) { y, row in
                guard let row else { return }
                composition.compose(row, channels: outline.channels, into: start + 3 * outline.size.width * y)
            }
        }
        if composition.leftPalette { throw colourBeyondPalette }
        var warnings = warnings(isWhole: isWhole)
        if composition.foundTransparency { warnings.append(.composedOver(options.background)) }
        return UnturnedPicture(
            image: image, format: "BMP", kind: outline.kind, orientation: .upright, warnings: warnings)
    }

    /// What the header says, once it is checked.
    func outline() throws(ImageCodecError) -> BMPOutline {
        let outline = try BMPOutline(bytes, name: name)
        try options.check(outline.size, decodingBytes: outline.decodingBytes, name: name)
        return outline
    }

    /// The same of a file that must hold the pixels as well.
    func completeOutline() throws(ImageCodecError) -> BMPOutline {
        let outline = try outline()
        if !options.isLenient && !outline.isComplete(in: bytes.count) { throw .truncated(file: name, format: "BMP") }
        return outline
    }

    func warnings(isWhole: Bool) -> [DecodingWarning] {
        isWhole ? [] : [.damaged("the file ends before the last row")]
    }

    var colourBeyondPalette: ImageCodecError {
        .damaged(file: name, format: "BMP", reason: "a pixel names a colour beyond the palette")
    }
}

extension BMPOutline {
    /// Hands over the rows from the top, `[width, channels]`: indices, or red, green, blue and perhaps opacity. Nil stands for
    /// a row that the file does not have.
    ///
    /// - Returns: whether all rows are there.
    func forEachRow(
        in file: UnsafeBufferPointer<UInt8>, _ use: (_ y: Int, UnsafeBufferPointer<UInt8>?) -> Void
    ) -> Bool {
        var isWhole = true
        var samples = [UInt8](repeating: 0, count: channels * size.width)
        samples.withUnsafeMutableBufferPointer { samples in
            for y in 0..<size.height {
                if let stored = row(y, in: file) {
                    unpack(stored, into: samples)
                    use(y, UnsafeBufferPointer(samples))
                } else {
                    isWhole = false
                    use(y, nil)
                }
            }
        }
        return isWhole
    }

    private func unpack(_ row: UnsafeBufferPointer<UInt8>, into samples: UnsafeMutableBufferPointer<UInt8>) {
        switch pixels {
        case .palette:
            let largest = UInt8(truncatingIfNeeded: 1 << bitsPerPixel - 1)
            for x in 0..<size.width {
                let bit = x * bitsPerPixel
                samples[x] = row[bit >> 3] >> UInt8(8 - bitsPerPixel - bit & 7) & largest
            }
        case .bytes:
            for first in stride(from: 0, to: 3 * size.width, by: 3) {
                samples[first] = row[first + 2]
                samples[first + 1] = row[first + 1]
                samples[first + 2] = row[first]
            }
        case .masks(let channels):
            let pixelBytes = bitsPerPixel / 8
            for (index, channel) in channels.enumerated() {
                for x in 0..<size.width {
                    var pixel: UInt32 = 0
                    for byte in 0..<pixelBytes { pixel |= UInt32(row[x * pixelBytes + byte]) << UInt32(8 * byte) }
                    samples[x * channels.count + index] = channel.level(of: pixel)
                }
            }
        }
    }
}
