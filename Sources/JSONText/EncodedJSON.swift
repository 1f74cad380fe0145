import Foundation

/// A record as JSON: keys in order and slashes as they are, so that the same record is always the same bytes.
///
/// - Parameters:
///   - value: the record. Numbers that are not finite, which JSON cannot say, become the texts "inf", "-inf" and "nan".
///   - pretty: a member a line, for files that people read; otherwise one line, for streams of records.
///   - snakeCase: `imageSize` becomes `image_size`.
package func encodedJSON(_ value: some Encodable, pretty: Bool = false, snakeCase: Bool = false) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    if snakeCase { encoder.keyEncodingStrategy = .convertToSnakeCase }
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}

/// A record that ``encodedJSON(_:pretty:snakeCase:)`` wrote.
///
/// - Throws: A `DecodingError` for what is no such record.
package func decodedJSON<Record: Decodable>(_ json: [UInt8], as _: Record.Type = Record.self) throws -> Record {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(Record.self, from: Data(json))
}
