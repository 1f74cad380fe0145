/// NumPy files in: arrays of `float32` in C order, the kind that `NPYWriter` writes.
public enum NPYReader {
    /// Headers longer than this are refused; those of real files take a hundred bytes or two.
    private static let headerLimit = 65_536
    /// Axes at most, as in NumPy.
    private static let rankLimit = 64

    /// Reads a whole array.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - maximumBytes: files longer than this are refused before anything is read.
    /// - Returns: the shape and the values, the last axis running fastest.
    /// - Throws: ``ImageCodecError/notAPicture(file:found:)`` for a file of another kind, `.unsupportedVariant` for
    ///   another element type or order, `.damaged` for a header that breaks the format, `.truncated`.
    public static func read(
        _ path: String, maximumBytes: Int = 1 << 30
    ) throws(ImageCodecError) -> (shape: [Int], values: [Float]) {
        try decode(RegularFile.read(path, maximumBytes: maximumBytes), file: path)
    }

    /// Reads an array from bytes; `file` is what errors call them.
    public static func decode(_ bytes: [UInt8], file: String) throws(ImageCodecError) -> (shape: [Int], values: [Float])
    {
        var cursor = ByteCursor(bytes[...])
        cursor.isLittleEndian = true
        guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)), let major = cursor.byte(at: 6) else {
            throw .notAPicture(file: file, found: "no NumPy array")
        }
        let lengthBytes = major == 1 ? 2 : 4
        guard (1...3).contains(major) else {
            throw .unsupportedVariant(file: file, format: "NumPy", variant: "format version \(major)")
        }
        guard let length = major == 1 ? cursor.uint16(at: 8) : cursor.uint32(at: 8), length <= headerLimit,
            let text = cursor.slice(at: 8 + lengthBytes, length: length)
        else { throw .truncated(file: file, format: "NumPy array") }
        let header = String(decoding: text, as: UTF8.self)
        guard let type = quoted(after: "'descr':", in: header) else {
            throw .damaged(file: file, format: "NumPy array", reason: "the header names no element type")
        }
        guard type == "<f4" else {
            throw .unsupportedVariant(file: file, format: "NumPy", variant: "elements of type \(type) in place of <f4")
        }
        guard header.contains("'fortran_order': False") else {
            throw .unsupportedVariant(file: file, format: "NumPy", variant: "Fortran order")
        }
        guard let shape = shape(in: header) else {
            throw .damaged(file: file, format: "NumPy array", reason: "the header's shape is none")
        }
        var count = 1
        for side in shape {
            let product = count.multipliedReportingOverflow(by: side)
            guard !product.overflow else {
                throw .damaged(file: file, format: "NumPy array", reason: "the shape is too large")
            }
            count = product.partialValue
        }
        let start = 8 + lengthBytes + length
        let found = bytes.count - start
        guard found % 4 == 0, found / 4 == count else {
            if found / 4 < count { throw .truncated(file: file, format: "NumPy array") }
            throw .damaged(
                file: file, format: "NumPy array", reason: "\(found) bytes follow, the shape takes \(count) numbers")
        }
        let values = bytes.withUnsafeBytes { raw in
            (0..<count).map { index in
                Float(
                    bitPattern: UInt32(
                        littleEndian: raw.loadUnaligned(fromByteOffset: start + 4 * index, as: UInt32.self)))
            }
        }
        return (shape, values)
    }

    /// What stands in quotes behind `key`.
    private static func quoted(after key: String, in header: String) -> String? {
        let parts = header.components(after: key)?.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard let parts, parts.count == 3, parts[0].allSatisfy({ $0 == " " }) else { return nil }
        return String(parts[1])
    }

    private static func shape(in header: String) -> [Int]? {
        guard let rest = header.components(after: "'shape':"), let open = rest.firstIndex(of: "("),
            let close = rest[open...].firstIndex(of: ")")
        else { return nil }
        let fields = rest[rest.index(after: open)..<close].split(separator: ",").map { field in
            field.filter { $0 != " " }
        }.filter { !$0.isEmpty }
        let sides = fields.compactMap { Int($0) }
        guard sides.count == fields.count, sides.count <= rankLimit, sides.allSatisfy({ $0 >= 0 }) else { return nil }
        return sides
    }
}

extension String {
    /// Everything behind the first occurrence of `key`.
    fileprivate func components(after key: String) -> Substring? {
        var rest = self[...]
        while !rest.isEmpty {
            if rest.hasPrefix(key) { return rest.dropFirst(key.count) }
            rest = rest.dropFirst()
        }
        return nil
    }
}
