/// Reads the JSON of a safetensors header.
///
/// The grammar is the format's own and not general JSON, so nesting is bounded by construction and nothing recurses:
/// an object of tensor entries and at most one `__metadata__` object of strings. Keys are compared after their escapes
/// are resolved. Time and memory are linear in the header.
struct SafetensorsHeaderParser {
    private let path: String
    private let dataBytes: Int
    private var cursor: JSONCursor

    /// - Parameters:
    ///   - json: the header's text.
    ///   - byteOffset: where it starts in the file, for messages.
    ///   - dataBytes: how many bytes follow it.
    init(path: String, json: [UInt8], byteOffset: Int, dataBytes: Int) {
        self.path = path
        self.dataBytes = dataBytes
        cursor = JSONCursor(path: path, bytes: json, byteOffset: byteOffset, document: .safetensorsHeader)
    }

    mutating func header() throws(CheckpointError) -> SafetensorsHeader {
        try cursor.checkEncoding()
        // The format asks for the brace as the very first byte, without space before it.
        guard cursor.peek == UInt8(ascii: "{") else {
            throw cursor.fault(.unexpectedByte(expected: "'{'"))
        }
        var entries: [SafetensorsHeader.Entry] = []
        var metadata: [String: String] = [:]
        var seen: Set<String> = []
        try cursor.expect("{")
        if try !cursor.accepts("}") {
            repeat {
                let start = cursor.position
                let name = try cursor.string(limitBytes: SafetensorsHeader.nameLimitBytes)
                guard seen.insert(name).inserted else { throw cursor.fault(.duplicateKey(name), at: start) }
                try cursor.expect(":")
                if name == "__metadata__" {
                    metadata = try self.metadata()
                } else {
                    entries.append(try entry(name))
                }
            } while try cursor.accepts(",")
            try cursor.expect("}")
        }
        try cursor.expectOnlySpaces()
        return try SafetensorsHeader(path: path, entries: entries, metadata: metadata, dataBytes: dataBytes)
    }

    private mutating func metadata() throws(CheckpointError) -> [String: String] {
        var result: [String: String] = [:]
        try cursor.expect("{")
        if try cursor.accepts("}") { return result }
        repeat {
            let start = cursor.position
            let key = try cursor.string(limitBytes: SafetensorsHeader.nameLimitBytes)
            try cursor.expect(":")
            let value = try cursor.string(limitBytes: SafetensorsHeader.limitBytes)
            guard result.updateValue(value, forKey: key) == nil else {
                throw cursor.fault(.duplicateKey(key), at: start)
            }
        } while try cursor.accepts(",")
        try cursor.expect("}")
        return result
    }

    private mutating func entry(_ name: String) throws(CheckpointError) -> SafetensorsHeader.Entry {
        var typeName: String?
        var dimensions: [Int]?
        var offsets: [Int]?
        try cursor.expect("{")
        if try !cursor.accepts("}") {
            repeat {
                let start = cursor.position
                let field = try cursor.string(limitBytes: SafetensorsHeader.nameLimitBytes)
                try cursor.expect(":")
                switch field {
                case "dtype":
                    guard typeName == nil else { throw cursor.fault(.duplicateKey(field), at: start) }
                    typeName = try cursor.string(limitBytes: SafetensorsHeader.nameLimitBytes)
                case "shape":
                    guard dimensions == nil else { throw cursor.fault(.duplicateKey(field), at: start) }
                    dimensions = try integers(
                        of: field, in: name, limit: SafetensorsHeader.rankLimit,
                        beyond: .rankTooLarge(limit: SafetensorsHeader.rankLimit))
                case "data_offsets":
                    guard offsets == nil else { throw cursor.fault(.duplicateKey(field), at: start) }
                    offsets = try integers(of: field, in: name, limit: 2, beyond: .offsetCount(3))
                default:
                    throw fault(name, .unknownField(field))
                }
            } while try cursor.accepts(",")
            try cursor.expect("}")
        }
        guard let typeName else { throw fault(name, .missingField("dtype")) }
        guard let dimensions else { throw fault(name, .missingField("shape")) }
        guard let offsets else { throw fault(name, .missingField("data_offsets")) }
        return SafetensorsHeader.Entry(
            name: name, typeName: typeName, dimensions: dimensions,
            byteRange: try byteRange(offsets, dimensions, ElementType(rawValue: typeName), in: name))
    }

    private mutating func integers(
        of field: String, in name: String, limit: Int, beyond: TensorFault
    ) throws(CheckpointError) -> [Int] {
        var result: [Int] = []
        try cursor.expect("[")
        if try cursor.accepts("]") { return result }
        repeat {
            guard result.count < limit else { throw fault(name, beyond) }
            switch try cursor.integer() {
            case .value(let value): result.append(value)
            case .tooLarge: throw fault(name, .integerTooLarge(field: field))
            case .notAnInteger: throw fault(name, .notAnInteger(field: field))
            }
        } while try cursor.accepts(",")
        try cursor.expect("]")
        return result
    }

    /// The checked range of a tensor's data.
    private func byteRange(
        _ offsets: [Int], _ dimensions: [Int], _ elementType: ElementType?, in name: String
    ) throws(CheckpointError) -> Range<Int> {
        guard offsets.count == 2 else { throw fault(name, .offsetCount(offsets.count)) }
        guard offsets[0] <= offsets[1] else {
            throw fault(name, .offsetsReversed(begin: offsets[0], end: offsets[1]))
        }
        guard offsets[1] <= dataBytes else {
            throw fault(name, .beyondFile(end: offsets[1], available: dataBytes))
        }
        // A zero among the dimensions must not hide an overflow of the others, so it takes part only at the end.
        var product = elementType?.byteCount ?? 1
        for dimension in dimensions where dimension != 0 {
            let (next, overflows) = product.multipliedReportingOverflow(by: dimension)
            guard !overflows else { throw fault(name, .sizeOverflows) }
            product = next
        }
        // How much an element of an unknown type takes is not known either.
        guard elementType != nil else { return offsets[0]..<offsets[1] }
        let expected = dimensions.contains(0) ? 0 : product
        guard offsets[1] - offsets[0] == expected else {
            throw fault(name, .sizeMismatch(expectedBytes: expected, foundBytes: offsets[1] - offsets[0]))
        }
        return offsets[0]..<offsets[1]
    }

    private func fault(_ name: String, _ fault: TensorFault) -> CheckpointError {
        .tensor(path: path, name: name, fault: fault)
    }
}
