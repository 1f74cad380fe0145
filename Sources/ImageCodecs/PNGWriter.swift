import CPNG
public import Imaging
import WholeFiles

/// PNG files out, whole or not at all . The same pixels and texts give the same bytes.
///
/// Texts are stored before the pixels in the order of their keys: `tEXt` for ASCII, `iTXt` for everything else.
public enum PNGWriter {
    /// Writes an 8-bit colour PNG.
    public static func write(
        _ image: Image, to path: String, text: [String: String] = [:]
    ) throws(ImageCodecError) {
        try write(image.pixels, size: image.size, channels: 3, to: path, text: text)
    }

    /// Writes an 8-bit grey PNG.
    public static func write(
        _ image: GreyImage, to path: String, text: [String: String] = [:]
    ) throws(ImageCodecError) {
        try write(image.values, size: image.size, channels: 1, to: path, text: text)
    }

    /// Writes an 8-bit grey PNG: 255 where the mask holds, else 0.
    public static func write(_ mask: Mask, to path: String, text: [String: String] = [:]) throws(ImageCodecError) {
        try write(GreyImage(mask), to: path, text: text)
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
        precondition(
            range.lowerBound.isFinite && range.upperBound.isFinite, "PNGWriter: the range \(range) is not finite")
        let lower = Double(range.lowerBound)
        let extent = Double(range.upperBound) - lower
        let samples = map.values.map { score -> UInt16 in
            let share = extent == 0 ? 0 : (Double(score) - lower) / extent
            guard share > 0 else { return 0 }
            // The same as rounded(), which calls the library: what lies behind the point, doubled, is 1 from a half on.
            let scaled = min(1, share) * 65535
            let whole = Int32(scaled)
            return UInt16(truncatingIfNeeded: whole &+ Int32(2 * (scaled - Double(whole))))
        }
        var text = text
        text["score-lower"] = "\(range.lowerBound)"
        text["score-upper"] = "\(range.upperBound)"
        try write(samples, size: map.size, channels: 1, to: path, text: text)
    }

    private static func write<Sample: FixedWidthInteger>(
        _ samples: [Sample], size: ImageSize, channels: Int32, to path: String, text: [String: String]
    ) throws(ImageCodecError) {
        if size.isEmpty { throw .noPixels(file: path, size: size) }
        let texts = TextChunks(text)
        if let key = texts.unusableKey { throw .unusableText(file: path, key: key) }
        var file = cpng_file()
        defer { cpng_file_free(&file) }
        let status = texts.withPointers { chunks in
            cpng_encode(
                samples, UInt32(size.width), UInt32(size.height), channels, Int32(Sample.bitWidth),
                chunks.baseAddress, Int32(chunks.count), &file)
        }
        if status != 0 { throw .libraryFailed(file: path, reason: Messages(file.messages).error) }
        try WholeFile.write(
            UnsafeBufferPointer(start: file.bytes, count: file.count), to: path, failure: ImageCodecError.init)
    }
}

/// Texts as NUL-terminated strings that live while libpng reads them.
private struct TextChunks {
    private let entries: [(key: [CChar], value: [CChar], isASCII: Bool)]
    /// A key or value that PNG cannot hold.
    let unusableKey: String?

    init(_ text: [String: String]) {
        let sorted = text.sorted { $0.key < $1.key }
        entries = sorted.map { key, value in
            (Array(key.utf8CString), Array(value.utf8CString), value.utf8.allSatisfy { $0 < 0x80 })
        }
        unusableKey = sorted.first { !Self.isUsable(key: $0.key, value: $0.value) }?.key
    }

    private static func isUsable(key: String, value: String) -> Bool {
        (1...79).contains(key.utf8.count) && key.utf8.allSatisfy { (0x20...0x7E).contains($0) }
            && key.first != " " && key.last != " " && !key.contains("  ") && !value.utf8.contains(0)
    }

    func withPointers<Result>(_ body: (UnsafeBufferPointer<cpng_text>) -> Result) -> Result {
        collect(from: 0, into: [], body)
    }

    /// One level of recursion a text, because each pointer is valid only inside its own closure.
    private func collect<Result>(
        from index: Int, into chunks: [cpng_text], _ body: (UnsafeBufferPointer<cpng_text>) -> Result
    ) -> Result {
        guard index < entries.count else { return chunks.withUnsafeBufferPointer(body) }
        let entry = entries[index]
        return entry.key.withUnsafeBufferPointer { key in
            entry.value.withUnsafeBufferPointer { value in
                let chunk = cpng_text(
                    key: key.baseAddress, value: value.baseAddress, is_ascii: entry.isASCII ? 1 : 0)
                return collect(from: index + 1, into: chunks + [chunk], body)
            }
        }
    }
}
