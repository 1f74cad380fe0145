/// A JSON value of any kind. A number is a Double, as in JavaScript.
package indirect enum JSONValue: Hashable, Sendable {
    case text(String)
    case number(Double)
    case boolean(Bool)
    case null
    case list([JSONValue])
    case object([String: JSONValue])

    /// The members of the one object that a text consists of.
    ///
    /// Of members with the same name the last one counts.
    ///
    /// - Parameter depthLimit: how many objects and lists may lie within each other, the outermost included.
    package static func members(of json: [UInt8], depthLimit: Int = 17) throws(JSONError) -> [String: JSONValue] {
        var reader = JSONReader(json) { fault, byteOffset in JSONError(fault, byteOffset: byteOffset) }
        try reader.checkEncoding()
        var members: [String: JSONValue] = [:]
        try reader.object { (reader, name, _) throws(JSONError) in
            members[name] = try reader.value(depthLimit: depthLimit - 1)
        }
        try reader.expectEnd()
        return members
    }

    /// What a record is as JSON: one that becomes an object.
    package init(encoding record: some Encodable) throws {
        self = .object(try Self.members(of: Array(try encodedJSON(record).utf8)))
    }
}

extension JSONValue: Encodable {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        case .boolean(let value): try container.encode(value)
        case .null: try container.encodeNil()
        case .list(let elements): try container.encode(elements)
        case .object(let members): try container.encode(members)
        }
    }
}
