/// Rows of comma-separated values, as RFC 4180 has them.
struct CSVReader {
    struct Row: Hashable {
        var fields: [String]
        /// Where it starts; a quoted field may reach over several lines.
        var line: Int
    }

    private let bytes: [UInt8]
    private let path: String
    private var position = 0
    private var line = 1

    /// - Parameter path: the file, for errors.
    init(_ bytes: [UInt8], path: String) {
        self.bytes = bytes
        self.path = path
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func fault(_ fault: ManifestFault) -> ManifestError { .line(path: path, number: line, fault) }

    /// The next row, nil at the end. Empty lines are passed over.
    mutating func next() throws(ManifestError) -> Row? {
        while let byte = peek, Self.isLineEnd(byte) { step() }
        guard peek != nil else { return nil }
        var row = Row(fields: [], line: line)
        while true {
            row.fields.append(try field())
            guard let byte = peek else { return row }
            if byte == UInt8(ascii: ",") {
                step()
            } else if Self.isLineEnd(byte) {
                return row
            } else {
                throw fault(.textBehindQuote)
            }
        }
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

    private mutating func step() {
        if bytes[position] == UInt8(ascii: "\n") { line += 1 }
        position += 1
    }

    private mutating func field() throws(ManifestError) -> String {
        guard peek == UInt8(ascii: "\"") else {
            let start = position
            while let byte = peek, byte != UInt8(ascii: ","), !Self.isLineEnd(byte) { position += 1 }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }
        let opening = line
        step()
        var text: [UInt8] = []
        while let byte = peek {
            step()
            if byte != UInt8(ascii: "\"") {
                text.append(byte)
            } else if peek == UInt8(ascii: "\"") {
                text.append(byte)
                step()
            } else {
                return String(decoding: text, as: UTF8.self)
            }
        }
        throw .line(path: path, number: opening, .openQuote)
    }
}
