import CJPEG
public import Imaging

/// JPEG out, as bytes in memory. The same pixels and quality give the same bytes.
///
/// A JPEG is a fraction of a PNG, and made faster, but its pixels are not quite those that were given: it is for pictures
/// that are looked at. Masks and maps are written as PNG.
public enum JPEGWriter {
    /// A colour JPEG.
    ///
    /// - Parameters:
    ///   - image: of at most 65,500 pixels a side.
    ///   - quality: 1 to 100, on the scale of libjpeg. From 90 on, colours are kept for each pixel, below for two by two
    ///     pixels together.
    /// - Throws: ``ImageCodecError``.
    public static func bytes(_ image: Image, quality: Int = 90) throws(ImageCodecError) -> [UInt8] {
        try bytes(size: image.size, channels: 3, quality: quality, samples: image.samples)
    }

    /// A grey JPEG.
    ///
    /// - Parameters:
    ///   - image: of at most 65,500 pixels a side.
    ///   - quality: 1 to 100, on the scale of libjpeg.
    /// - Throws: ``ImageCodecError``.
    public static func bytes(_ image: GreyImage, quality: Int = 90) throws(ImageCodecError) -> [UInt8] {
        try bytes(size: image.size, channels: 1, quality: quality, samples: image.samples)
    }

    /// `JPEG_MAX_DIMENSION` of libjpeg.
    private static let sideLimit = 65_500

    /// - Parameter samples: of some rows, `[rows, width, channels]`.
    private static func bytes(
        size: ImageSize, channels: Int, quality: Int, samples: (_ rows: Range<Int>) -> [UInt8]
    ) throws(ImageCodecError) -> [UInt8] {
        let name = EncodedPicture.name
        guard (1...100).contains(quality) else { throw .unusableQuality(file: name, quality: quality) }
        if size.isEmpty { throw .noPixels(file: name, size: size) }
        if max(size.width, size.height) > sideLimit {
            throw .sideTooLong(file: name, format: "JPEG", size: size, limit: sideLimit)
        }
        let encoder = try JPEGEncoder(size: size, channels: channels, quality: quality, name: name)
        try encoder.start()
        for rows in size.strips { try encoder.encode(samples(rows), rows: rows.count) }
        return try encoder.finish()
    }
}

/// What a picture that gets no file is called in errors.
enum EncodedPicture {
    static let name = "a picture in memory"
}

/// libjpeg's encoder.
private struct JPEGEncoder: ~Copyable {
    private let writer: OpaquePointer
    private let name: String

    init(size: ImageSize, channels: Int, quality: Int, name: String) throws(ImageCodecError) {
        guard
            let writer = cjpeg_writer_open(UInt32(size.width), UInt32(size.height), Int32(channels), Int32(quality))
        else { throw .libraryFailed(file: name, reason: "libjpeg could not start") }
        self.writer = writer
        self.name = name
    }

    deinit { cjpeg_writer_close(writer) }

    func start() throws(ImageCodecError) { try check(cjpeg_writer_start(writer)) }

    func encode(_ samples: [UInt8], rows: Int) throws(ImageCodecError) {
        try check(samples.withUnsafeBufferPointer { cjpeg_write_rows(writer, $0.baseAddress, UInt32(rows)) })
    }

    /// The file, once all rows are in.
    func finish() throws(ImageCodecError) -> [UInt8] {
        try check(cjpeg_writer_finish(writer))
        var count = 0
        let bytes = cjpeg_writer_bytes(writer, &count)
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    private func check(_ status: Int32) throws(ImageCodecError) {
        if status != 0 { throw .libraryFailed(file: name, reason: String(cString: cjpeg_writer_error(writer))) }
    }
}
