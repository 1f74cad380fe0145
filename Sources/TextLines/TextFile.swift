/// A small text file, read whole: a list of labels, a configuration, sentences.
package enum TextFile {
    /// More than any text that people write by hand.
    package static let limitBytes = 1 << 24

    /// The lines of a regular file in UTF-8, their ends and a byte order mark left out.
    ///
    /// - Parameter limitBytes: how long the file may be.
    /// - Throws: `TextLineError`, with line and column of what is no text.
    package static func lines(of path: String, limitBytes: Int = limitBytes) throws(TextLineError) -> [String] {
        let reader = try LineReader(path, limitBytes: limitBytes)
        var lines: [String] = []
        while let line = try reader.next() {
            guard reader.byteOffset <= limitBytes else { throw .fileTooLong(path: path, limitBytes: limitBytes) }
            guard let text = String(validating: line.bytes, as: UTF8.self), !text.utf8.contains(0) else {
                throw .notText(path: path, number: line.number, column: column(ofFaultIn: line.bytes))
            }
            lines.append(text)
        }
        return lines
    }

    /// The whole text, its lines separated by line feeds.
    package static func text(of path: String, limitBytes: Int = limitBytes) throws(TextLineError) -> String {
        try lines(of: path, limitBytes: limitBytes).joined(separator: "\n")
    }

    /// Which character, counted from 1, is a zero byte or no UTF-8.
    private static func column(ofFaultIn bytes: [UInt8]) -> Int {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var column = 1
        while case .scalarValue(let scalar) = decoder.decode(&iterator), scalar != "\0" { column += 1 }
        return column
    }
}
