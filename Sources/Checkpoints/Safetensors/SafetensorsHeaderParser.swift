import JSONText

/// Reads the JSON of a safetensors header.
///
/// The grammar is the format's own and not general JSON, so nesting is bounded by construction and nothing recurses:
/// an object of tensor entries and at most one `__metadata__` object of strings. Keys are compared after their escapes
/// are resolved. Time and memory are linear in the header.
struct SafetensorsHeaderParser {
    private typealias Reader = JSONReader<CheckpointError>

    /// Of the file, for messages.
    let path: String
    /// How many bytes follow the header.
    let dataBytes: Int

    /// - Parameters:
    ///   - json: the header's text.
    ///   - byteOffset: where it starts in the file, for messages.
    func header(_ json: [UInt8], byteOffset: Int) throws(CheckpointError) -> SafetensorsHeader {
        let path = path
        var reader = Reader(json) { .header(path: path, fault: HeaderFault($0), byteOffset: byteOffset + $1) }
        try reader.checkEncoding()
        // The format asks for the brace as the very first byte, without space before it.
        guard reader.peek == UInt8(ascii: "{") else { throw reader.fault(.unexpected(.openingBrace)) }
        var entries: [SafetensorsHeader.Entry] = []
        var metadata: [String: String] = [:]
        var seen: Set<String> = []
        try reader.object(nameLimitBytes: SafetensorsHeader.nameLimitBytes) {
            (reader, name, start) throws(CheckpointError) in
            guard seen.insert(name).inserted else { throw reader.fault(.duplicateName(name), at: start) }
            if name == "__metadata__" {
                metadata = try self.metadata(&reader)
            } else {
                entries.append(try entry(name, &reader))
            }
        }
        try reader.expectEnd { $0 == 0x20 }
        return try SafetensorsHeader(path: path, entries: entries, metadata: metadata, dataBytes: dataBytes)
    }

    private func metadata(_ reader: inout Reader) throws(CheckpointError) -> [String: String] {
        var result: [String: String] = [:]
        try reader.object(nameLimitBytes: SafetensorsHeader.nameLimitBytes) {
            (reader, key, start) throws(CheckpointError) in
            let value = try reader.string(limitBytes: SafetensorsHeader.limitBytes)
            guard result.updateValue(value, forKey: key) == nil else {
                throw reader.fault(.duplicateName(key), at: start)
            }
        }
        return result
    }

    private func entry(_ name: String, _ reader: inout Reader) throws(CheckpointError) -> SafetensorsHeader.Entry {
        var typeName: String?
        var dimensions: [Int]?
        var offsets: [Int]?
        var seen: Set<String> = []
        try reader.object(nameLimitBytes: SafetensorsHeader.nameLimitBytes) {
            (reader, field, start) throws(CheckpointError) in
            guard seen.insert(field).inserted else { throw reader.fault(.duplicateName(field), at: start) }
            switch field {
            case "dtype": typeName = try reader.string(limitBytes: SafetensorsHeader.nameLimitBytes)
            case "shape":
                dimensions = try integers(
                    of: field, in: name, limit: SafetensorsHeader.rankLimit,
                    beyond: .rankTooLarge(limit: SafetensorsHeader.rankLimit), &reader)
            case "data_offsets": offsets = try integers(of: field, in: name, limit: 2, beyond: .offsetCount(3), &reader)
            default: throw fault(name, .unknownField(field))
            }
        }
        guard let typeName else { throw fault(name, .missingField("dtype")) }
        guard let dimensions else { throw fault(name, .missingField("shape")) }
        guard let offsets else { throw fault(name, .missingField("data_offsets")) }
        return SafetensorsHeader.Entry(
            name: name, typeName: typeName, dimensions: dimensions,
            byteRange: try byteRange(offsets, dimensions, ElementType(rawValue: typeName), in: name))
    }

    private func integers(
        of field: String, in name: String, limit: Int, beyond: TensorFault, _ reader: inout Reader
    ) throws(CheckpointError) -> [Int] {
        var result: [Int] = []
        try reader.list { (reader) throws(CheckpointError) in
            guard result.count < limit else { throw fault(name, beyond) }
            switch try reader.integer() {
            case .value(let value): result.append(value)
            case .tooLarge: throw fault(name, .integerTooLarge(field: field))
            case .notAnInteger: throw fault(name, .notAnInteger(field: field))
            }
        }
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
