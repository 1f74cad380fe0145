public import Imaging

/// PNG out: files, whole or not at all, and bytes in memory. The same pixels and texts give the same bytes.
///
/// Texts are stored before the pixels in the order of their keys: `tEXt` for ASCII, `iTXt` for everything else.
public enum PNGWriter {
    /// Writes an 8-bit colour PNG.
    public static func write(
        _ image: Image, to path: String, text: [String: String] = [:]
    ) throws(ImageCodecError) {
        try write(size: image.size, channels: 3, to: path, text: text, samples: image.samples)
    }

    /// The same as bytes in memory.
    public static func bytes(
        _ image: Image, text: [String: String] = [:]
    ) throws(ImageCodecError) -> [UInt8] {
        try bytes(size: image.size, channels: 3, text: text, samples: image.samples)
    }

    /// Writes an 8-bit grey PNG.
    public static func write(
        _ image: GreyImage, to path: String, text: [String: String] = [:]
    ) throws(ImageCodecError) {
        try write(size: image.size, channels: 1, to: path, text: text, samples: image.samples)
    }

    /// The same as bytes in memory.
    public static func bytes(
        _ image: GreyImage, text: [String: String] = [:]
    ) throws(ImageCodecError) -> [UInt8] {
        try bytes(size: image.size, channels: 1, text: text, samples: image.samples)
    }

    /// Writes an 8-bit grey PNG: 255 where the mask holds, else 0.
    public static func write(_ mask: Mask, to path: String, text: [String: String] = [:]) throws(ImageCodecError) {
        try write(size: mask.size, channels: 1, to: path, text: text, samples: mask.samples)
    }

    /// The same as bytes in memory.
    public static func bytes(_ mask: Mask, text: [String: String] = [:]) throws(ImageCodecError) -> [UInt8] {
        try bytes(size: mask.size, channels: 1, text: text, samples: mask.samples)
    }

    /// Writes a mask as PASCAL VOC writes its pictures of classes: an 8-bit palette PNG, index 1 where the mask holds, else
    /// 0, in the colours of VOC.
    ///
    /// No pixel has the index 255, which VOC gives to the border of an object that is not to be judged.
    ///
    /// **Matches:** `SegmentationClass` of the VOC development kit; the colours are those of its `VOClabelcolormap`.
    public static func writeLabels(of mask: Mask, to path: String) throws(ImageCodecError) {
        try write(size: mask.size, channels: 1, palette: LabelPalette.colours, to: path, text: [:]) { rows in
            mask.values[mask.size.indices(ofRows: rows)].map { $0 ? UInt8(1) : 0 }
        }
    }

    /// Writes a 16-bit grey PNG: `(score - lower) / (upper - lower) * 65535`, rounded and cut to the range. A value
    /// that is not a number becomes 0.
    ///
    /// The texts `score-lower` and `score-upper` are added, so that a reader can go back:
    /// `score = lower + sample / 65535 * (upper - lower)`.
    /// - Parameters:
    ///   - map: the scores.
    ///   - range: the scores of black and white.
    ///   - path: the file to write.
    ///   - text: keys and values that are stored beside the pixels.
    /// - Precondition: the bounds of `range` are finite.
    public static func write(
        _ map: ScoreMap, range: ClosedRange<Float> = 0...1, to path: String, text: [String: String] = [:]
    ) throws(ImageCodecError) {
        try write(size: map.size, channels: 1, to: path, text: text.adding(range)) { map.samples($0, of: range) }
    }

    /// The same as bytes in memory.
    public static func bytes(
        _ map: ScoreMap, range: ClosedRange<Float> = 0...1, text: [String: String] = [:]
    ) throws(ImageCodecError) -> [UInt8] {
        try bytes(size: map.size, channels: 1, text: text.adding(range)) { map.samples($0, of: range) }
    }

    /// Writes an 8-bit colour PNG whose pixels are made while it is written, some rows at a time, so that the whole is
    /// never in memory.
    ///
    /// - Parameters:
    ///   - size: the picture's width and height.
    ///   - path: the file to write.
    ///   - text: keys and values that are stored beside the pixels.
    ///   - pixels: the pixels of some rows, `[rows, width, 3]`; asked for from the top.
    package static func write(
        size: ImageSize, to path: String, text: [String: String] = [:], pixels: (_ rows: Range<Int>) -> [UInt8]
    ) throws(ImageCodecError) {
        try write(size: size, channels: 3, to: path, text: text, samples: pixels)
    }

    /// - Parameters:
    ///   - palette: what 8-bit samples of one channel are indices of.
    ///   - samples: of some rows, `[rows, width, channels]`.
    private static func write<Sample: FixedWidthInteger>(
        size: ImageSize, channels: Int, palette: [UInt8]? = nil, to path: String, text: [String: String],
        samples: (_ rows: Range<Int>) -> [Sample]
    ) throws(ImageCodecError) {
        if size.isEmpty { throw .noPixels(file: path, size: size) }
        let file = try PNGFile(
            size: size, channels: channels, bitDepth: Sample.bitWidth, palette: palette, path: path, text: text)
        for rows in size.strips { try file.append(samples(rows), rows: rows.count) }
        try file.commit()
    }

    /// What a file would hold.
    private static func bytes<Sample: FixedWidthInteger>(
        size: ImageSize, channels: Int, text: [String: String], samples: (_ rows: Range<Int>) -> [Sample]
    ) throws(ImageCodecError) -> [UInt8] {
        let name = EncodedPicture.name
        if size.isEmpty { throw .noPixels(file: name, size: size) }
        let encoder = try PNGEncoder(
            size: size, channels: channels, bitDepth: Sample.bitWidth, palette: nil, name: name, text: text)
        var bytes = Array(encoder.takeBytes())
        for rows in size.strips {
            try encoder.encode(samples(rows), rows: rows.count)
            bytes += encoder.takeBytes()
        }
        try encoder.finish()
        return bytes + encoder.takeBytes()
    }
}

extension [String: String] {
    /// With the scores of black and white.
    fileprivate func adding(_ range: ClosedRange<Float>) -> [String: String] {
        var text = self
        text["score-lower"] = "\(range.lowerBound)"
        text["score-upper"] = "\(range.upperBound)"
        return text
    }
}
