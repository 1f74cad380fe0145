import CPNG

/// The rows of one PNG, decoded from the top.
struct PNGReader: ~Copyable {
    private let reader: OpaquePointer

    /// - Parameter bytes: must outlive the reader.
    /// - Returns: nil where there is no memory.
    init?(_ bytes: UnsafeBufferPointer<UInt8>, limits: cpng_limits) {
        guard let reader = cpng_open(bytes.baseAddress, bytes.count, limits) else { return nil }
        self.reader = reader
    }

    deinit { cpng_close(reader) }

    /// Reads what stands before the first row; false after an error.
    func start() -> Bool { cpng_start(reader) == 0 }

    /// Decodes all rows of all passes into `target`, `[height, rowBytes]`.
    ///
    /// - Returns: false after an error.
    func readRows(into target: UnsafeMutablePointer<UInt8>, height: Int, rowBytes: Int) -> Bool {
        for _ in 0..<kind.pointee.passes {
            for y in 0..<height where cpng_read_row(reader, target + y * rowBytes) != 0 { return false }
        }
        return cpng_finish(reader) == 0
    }

    /// Decodes all rows and hands each over, from the top. Of an interlaced picture, all rows are decoded before.
    ///
    /// - Returns: false after an error. Rows that were not reached are not handed over, but all those of an interlaced
    ///   picture are, with what was decoded of them, black elsewhere.
    func forEachRow(height: Int, rowBytes: Int, _ use: (_ y: Int, UnsafeBufferPointer<UInt8>) -> Void) -> Bool {
        let isInterlaced = kind.pointee.passes > 1
        var rows = [UInt8](repeating: 0, count: rowBytes * (isInterlaced ? height : 1))
        return rows.withUnsafeMutableBufferPointer { rows in
            guard let start = rows.baseAddress else { return false }
            if isInterlaced {
                let isWhole = readRows(into: start, height: height, rowBytes: rowBytes)
                for y in 0..<height { use(y, UnsafeBufferPointer(start: start + y * rowBytes, count: rowBytes)) }
                return isWhole
            }
            for y in 0..<height {
                rows.update(repeating: 0)
                let isRead = cpng_read_row(reader, start) == 0
                // The last row may be whole although an error behind it, such as a wrong checksum, came with it.
                if isRead || rows.contains(where: { $0 != 0 }) { use(y, UnsafeBufferPointer(rows)) }
                if !isRead { return false }
            }
            return cpng_finish(reader) == 0
        }
    }

    // MARK: What the library found and said so far

    var kind: UnsafePointer<cpng_kind> { cpng_get_kind(reader) }

    /// `[entries, 4]`, red, green, blue, alpha.
    var palette: [UInt8] {
        withUnsafeBytes(of: kind.pointee.palette) { Array($0.prefix(4 * Int(kind.pointee.palette_count))) }
    }

    var messages: Messages { Messages(kind.pointee.messages) }
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
