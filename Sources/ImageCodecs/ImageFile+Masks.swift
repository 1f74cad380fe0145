import CPNG
public import Imaging

/// A mask as read from a file, with the rule by which its pixels were told apart.
public struct DecodedMask: Hashable, Sendable {
    /// Where the file has its foreground.
    public let mask: Mask
    /// To be stated beside whatever is computed with the mask.
    public let rule: MaskRule
    /// What was ignored or found odd while reading.
    public let warnings: [DecodingWarning]
    /// Format, depth and kind, such as `PNG, 8-bit palette`.
    public let sourceDescription: String
}

extension ImageFile {
    /// Reads the mask at `path`: a truth, or a mask of an earlier run. Unlike ``decode(_:options:)``, it looks at the
    /// numbers that the file holds, since 1 is a class id in one set and nearly black in another.
    ///
    /// ``MaskRule`` lists the rules; the content of the file decides which one holds.
    ///
    /// - Parameters:
    ///   - path: a PNG, JPEG or BMP file.
    ///   - options: the background is not used: transparency is laid over nothing.
    /// - Throws: ``ImageCodecError/unclearMask(file:)`` where colours without black leave open which is the background,
    ///   and whatever ``decode(_:options:)`` throws.
    public static func decodeMask(
        _ path: String, options: DecodingOptions = DecodingOptions()
    ) throws(ImageCodecError) -> DecodedMask {
        let bytes = try RegularFile.read(path, maximumBytes: options.maximumFileBytes)
        return try decodeMask(bytes, name: path, options: options)
    }

    /// Decodes a mask in memory.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - name: stands for the file in errors.
    ///   - options: as for ``decode(_:options:)``.
    public static func decodeMask(
        _ bytes: [UInt8], name: String, options: DecodingOptions = DecodingOptions()
    ) throws(ImageCodecError) -> DecodedMask {
        let stored: StoredMask
        switch try format(of: bytes, name: name) {
        case .png: stored = try PNGDecoder(bytes: bytes, name: name, options: options).decodeMask()
        case .jpeg: stored = try JPEGDecoder(bytes: bytes, name: name, options: options).decodeMask()
        case .bmp: stored = try BMPDecoder(bytes: bytes, name: name, options: options).decodeMask()
        }
        guard let decided = stored.pixels.decided() else { throw .unclearMask(file: name) }
        let isTurned = options.appliesOrientation && stored.orientation != .upright
        let turning: [DecodingWarning] =
            isTurned || stored.orientation == .upright ? [] : [.notTurned(stored.orientation)]
        return DecodedMask(
            mask: isTurned ? decided.mask.turned(upright: stored.orientation) : decided.mask, rule: decided.rule,
            warnings: stored.warnings + turning, sourceDescription: stored.description)
    }
}

/// What a decoder hands over of a mask.
private struct StoredMask {
    var pixels: MaskPixels
    var orientation: Orientation
    var warnings: [DecodingWarning]
    var description: String
}

extension JPEGDecoder {
    fileprivate func decodeMask() throws(ImageCodecError) -> StoredMask {
        let picture = try decode()
        var pixels = MaskPixels(size: picture.image.size, fullScale: 255, isLossless: false)
        picture.image.pixels.withUnsafeBufferPointer { samples in
            for first in stride(from: 0, to: samples.count, by: 3) {
                pixels.append(
                    red: UInt16(samples[first]), green: UInt16(samples[first + 1]), blue: UInt16(samples[first + 2]))
            }
        }
        return StoredMask(
            pixels: pixels, orientation: picture.orientation, warnings: picture.warnings,
            description: "JPEG, \(picture.kind)")
    }
}

extension PNGDecoder {
    fileprivate func decodeMask() throws(ImageCodecError) -> StoredMask {
        let outline = try outline()
        return try bytes.withUnsafeBufferPointer { source throws(ImageCodecError) in
            let reader = try reader(of: source, outline, keepsSamples: true)
            let palette = reader.kind.pointee.is_palette != 0 ? reader.palette : nil
            let channels = Int(reader.kind.pointee.channels)
            let sampleBytes = Int(reader.kind.pointee.sample_bytes)
            var pixels = MaskPixels(
                size: outline.size, fullScale: palette == nil ? 1 << outline.bitDepth - 1 : 255, isLossless: true)
            var leftPalette = false
            let isWhole = reader.forEachRow(
                height: outline.size.height, rowBytes: outline.size.width * channels * sampleBytes
            ) { _, row in
                if let palette {
                    leftPalette =
                        !pixels.append(row, palette: palette, hasAlpha: outline.hasTransparency) || leftPalette
                } else {
                    pixels.append(row, channels: channels, sampleBytes: sampleBytes)
                }
            }
            var warnings = try judge(reader.messages, outline, isWhole: isWhole)
            if leftPalette { throw colourBeyondPalette }
            if outline.isAnimation { warnings.append(.animation) }
            pixels.fillMissingRows()
            return StoredMask(
                pixels: pixels, orientation: outline.orientation, warnings: warnings,
                description: "PNG, \(outline.kind)")
        }
    }
}

extension BMPDecoder {
    fileprivate func decodeMask() throws(ImageCodecError) -> StoredMask {
        let outline = try completeOutline()
        let palette: [UInt8]? = if case .palette(let colours) = outline.pixels { colours } else { nil }
        // The format has no grey of its own: indices of grey palettes are shades, not labels.
        let isLabelled = palette != nil && !outline.isGrey
        var pixels = MaskPixels(size: outline.size, fullScale: 255, isLossless: true)
        var leftPalette = false
        let isWhole = bytes.withUnsafeBufferPointer { source in
            outline.forEachRow(in: source) { _, row in
                if let row, let palette {
                    leftPalette =
                        !pixels.append(row, palette: palette, hasAlpha: false, isLabelled: isLabelled) || leftPalette
                } else if let row {
                    pixels.append(row, channels: outline.channels, sampleBytes: 1)
                } else {
                    pixels.appendMissingRow(hasAlpha: outline.channels == 4, isLabelled: isLabelled)
                }
            }
        }
        if leftPalette { throw colourBeyondPalette }
        return StoredMask(
            pixels: pixels, orientation: .upright, warnings: warnings(isWhole: isWhole),
            description: "BMP, \(outline.kind)")
    }
}

extension MaskPixels {
    /// - Parameter isLabelled: whether the indices may name classes.
    /// - Returns: false where an index lies beyond the palette.
    fileprivate mutating func append(
        _ row: UnsafeBufferPointer<UInt8>, palette: [UInt8], hasAlpha: Bool, isLabelled: Bool = true
    ) -> Bool {
        for index in row {
            let entry = 4 * Int(index)
            guard entry < palette.count else { return false }
            append(
                red: UInt16(palette[entry]), green: UInt16(palette[entry + 1]), blue: UInt16(palette[entry + 2]),
                alpha: hasAlpha ? UInt16(palette[entry + 3]) : nil, index: isLabelled ? index : nil)
        }
        return true
    }

    fileprivate mutating func append(_ row: UnsafeBufferPointer<UInt8>, channels: Int, sampleBytes: Int) {
        func sample(_ index: Int) -> UInt16 {
            sampleBytes == 1 ? UInt16(row[index]) : UInt16(row[2 * index]) << 8 | UInt16(row[2 * index + 1])
        }
        let isColour = channels >= 3
        for first in stride(from: 0, to: row.count / sampleBytes, by: channels) {
            append(
                red: sample(first), green: sample(isColour ? first + 1 : first),
                blue: sample(isColour ? first + 2 : first),
                alpha: channels % 2 == 0 ? sample(first + channels - 1) : nil)
        }
    }
}
