import CJPEG

/// The rows of one JPEG, decoded from the top.
struct JPEGReader: ~Copyable {
    private let reader: OpaquePointer

    /// - Parameter bytes: must outlive the reader.
    /// - Returns: nil where there is no memory.
    init?(_ bytes: UnsafeBufferPointer<UInt8>, limits: cjpeg_limits) {
        guard let reader = cjpeg_open(bytes.baseAddress, bytes.count, limits) else { return nil }
        self.reader = reader
    }

    deinit { cjpeg_close(reader) }

    /// Decodes all that comes before the first row.
    ///
    /// - Returns: the channels of a row, 3 for colour and 4 for CMYK; nil after an error.
    func start() -> Int? {
        var channels: Int32 = 0
        return cjpeg_start(reader, &channels) == 0 ? Int(channels) : nil
    }

    /// - Returns: false after an error.
    func readRow(into row: UnsafeMutablePointer<UInt8>) -> Bool {
        cjpeg_read_row(reader, row) == 0
    }

    // MARK: What the library said so far

    private var report: UnsafePointer<cjpeg_report> { cjpeg_get_report(reader) }

    /// Why decoding ended early.
    var error: String? { message(report.pointee.error) }
    var lacksMemory: Bool { report.pointee.lacks_memory != 0 }
    var isUnsupported: Bool { report.pointee.is_unsupported != 0 }
    /// The first warning about pixels that may be wrong.
    var damage: String? { message(report.pointee.damage) }
    /// The first warning about something that leaves the pixels intact.
    var oddity: String? { message(report.pointee.oddity) }

    private func message<Characters>(_ characters: Characters) -> String? {
        let text = withUnsafeBytes(of: characters, text)
        return text.isEmpty ? nil : text
    }
}

/// The characters before the first zero byte.
func text(_ bytes: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
}
