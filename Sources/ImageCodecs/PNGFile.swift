import CPNG
import Imaging
import WholeFiles

/// A PNG that is written row by row. Under its name it appears whole or not at all.
struct PNGFile: ~Copyable {
    private let encoder: PNGEncoder
    private let file: WholeFile<ImageCodecError>

    /// Makes the file and writes what stands before the pixels.
    ///
    /// - Parameters:
    ///   - size: width and height.
    ///   - channels: 1 for grey, 3 for colour.
    ///   - bitDepth: 8 or 16.
    ///   - palette: red, green and blue of 256 colours, where samples are indices of them.
    ///   - path: the file to write.
    ///   - text: keys and values that are stored before the pixels.
    init(
        size: ImageSize, channels: Int, bitDepth: Int, palette: [UInt8]?, path: String, text: [String: String]
    ) throws(ImageCodecError) {
        let encoder = try PNGEncoder(
            size: size, channels: channels, bitDepth: bitDepth, palette: palette, name: path, text: text)
        let file = try WholeFile(path: path, failure: ImageCodecError.init)
        try file.append(encoder.takeBytes())
        self.encoder = encoder
        self.file = file
    }

    /// Writes the next rows.
    ///
    /// - Parameter samples: `[rows, width, channels]`.
    func append<Sample: FixedWidthInteger>(_ samples: [Sample], rows: Int) throws(ImageCodecError) {
        try encoder.encode(samples, rows: rows)
        try file.append(encoder.takeBytes())
    }

    /// Writes the end, and gives the file its name. All rows must have been written.
    consuming func commit() throws(ImageCodecError) {
        try encoder.finish()
        try file.append(encoder.takeBytes())
        try file.commit()
    }
}

/// libpng's encoder, whose bytes are taken out piece by piece.
struct PNGEncoder: ~Copyable {
    private let writer: OpaquePointer
    private let name: String

    /// Starts a PNG with what stands before the pixels.
    ///
    /// - Parameters:
    ///   - size: width and height.
    ///   - channels: 1 for grey, 3 for colour.
    ///   - bitDepth: 8 or 16.
    ///   - palette: red, green and blue of 256 colours, where samples are indices of them.
    ///   - name: stands for the file in errors.
    ///   - text: keys and values that are stored before the pixels.
    init(
        size: ImageSize, channels: Int, bitDepth: Int, palette: [UInt8]?, name: String, text: [String: String]
    ) throws(ImageCodecError) {
        let texts = TextChunks(text)
        if let key = texts.unusableKey { throw .unusableText(file: name, key: key) }
        guard let writer = cpng_writer_open(UInt32(size.width), UInt32(size.height), Int32(channels), Int32(bitDepth))
        else { throw .libraryFailed(file: name, reason: "libpng could not start") }
        do throws(ImageCodecError) {
            if let palette { try Self.check(cpng_writer_set_palette(writer, palette), writer, name) }
            try Self.check(
                texts.withPointers { cpng_writer_start(writer, $0.baseAddress, Int32($0.count)) }, writer, name)
        } catch {
            cpng_writer_close(writer)
            throw error
        }
        self.writer = writer
        self.name = name
    }

    deinit { cpng_writer_close(writer) }

    func encode<Sample: FixedWidthInteger>(_ samples: [Sample], rows: Int) throws(ImageCodecError) {
        try check(samples.withUnsafeBytes { cpng_write_rows(writer, $0.baseAddress, UInt32(rows)) })
    }

    func finish() throws(ImageCodecError) { try check(cpng_writer_finish(writer)) }

    /// What was made since the last call. It stays until the next call of another function.
    func takeBytes() -> UnsafeRawBufferPointer {
        var count = 0
        let bytes = cpng_take_bytes(writer, &count)
        return UnsafeRawBufferPointer(start: bytes, count: count)
    }

    private func check(_ status: Int32) throws(ImageCodecError) { try Self.check(status, writer, name) }

    private static func check(
        _ status: Int32, _ writer: OpaquePointer, _ name: String
    ) throws(ImageCodecError) {
        if status != 0 { throw .libraryFailed(file: name, reason: Messages(cpng_writer_messages(writer)).error) }
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
