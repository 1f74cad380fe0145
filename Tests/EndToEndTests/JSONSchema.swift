import Foundation
import TestSupport

/// A JSON value whose numbers keep whether they are whole.
enum JSONNode: Decodable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONNode])
    case object([String: JSONNode])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONNode].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONNode].self))
        }
    }

    init(_ text: String) throws { self = try JSONDecoder().decode(JSONNode.self, from: Data(text.utf8)) }

    subscript(_ key: String) -> JSONNode? {
        if case .object(let fields) = self { fields[key] } else { nil }
    }

    var string: String? { if case .string(let value) = self { value } else { nil } }
    var number: Double? { if case .number(let value) = self { value } else { nil } }
    var array: [JSONNode]? { if case .array(let value) = self { value } else { nil } }
    var object: [String: JSONNode]? { if case .object(let value) = self { value } else { nil } }
}

/// The part of JSON Schema 2020-12 that `docs/schemas` uses. A word that it does not know is a fault of the schema, so
/// that nothing is left unchecked without anybody noticing.
struct JSONSchema {
    static let folder = Fixture.packageRoot.appendingPathComponent("docs/schemas")

    /// All schemas by the names of their files.
    static let all = Result {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }
        return try Dictionary(
            uniqueKeysWithValues: names.map { name in
                let text = try Data(contentsOf: folder.appendingPathComponent(name))
                return (name, JSONSchema(file: name, root: try JSONDecoder().decode(JSONNode.self, from: text)))
            })
    }

    private let file: String
    private let root: JSONNode

    private init(file: String, root: JSONNode) { (self.file, self.root) = (file, root) }

    /// - Parameter file: a name in `docs/schemas`.
    init(file: String) throws {
        guard let schema = try Self.all.get()[file] else { throw CocoaError(.fileNoSuchFile) }
        self = schema
    }

    /// What is wrong with a value, a sentence each; empty when it is valid.
    func faults(in value: JSONNode) throws -> [String] { try faults(value, root, "$") }

    private func faults(_ value: JSONNode, _ schema: JSONNode, _ place: String) throws -> [String] {
        var faults: [String] = []
        for (word, rule) in schema.object ?? [:] {
            switch word {
            case "$schema", "$id", "$defs", "description": break
            case "$ref": faults += try referenced(value, rule.string ?? "", place)
            case "type":
                if !Self.has(value, type: rule.string) { faults.append("\(place) is no \(rule.string ?? "?")") }
            case "const": if value != rule { faults.append("\(place) is not \(rule)") }
            case "enum":
                if rule.array?.contains(value) != true { faults.append("\(place) is none of the values allowed") }
            case "minimum", "maximum":
                let sign: Double = word == "minimum" ? 1 : -1
                if let number = value.number, sign * number < sign * (rule.number ?? 0) {
                    faults.append("\(place) is beyond its \(word)")
                }
            case "minItems":
                if let count = value.array?.count, count < Int(rule.number ?? 0) { faults.append("\(place) is short") }
            case "maxItems":
                if let count = value.array?.count, count > Int(rule.number ?? 0) { faults.append("\(place) is long") }
            case "items":
                for (index, item) in (value.array ?? []).enumerated() {
                    faults += try self.faults(item, rule, "\(place)[\(index)]")
                }
            case "required":
                for key in rule.array ?? [] where value.object != nil && value[key.string ?? ""] == nil {
                    faults.append("\(place) has no \(key.string ?? "?")")
                }
            case "properties":
                for (key, inner) in rule.object ?? [:] {
                    if let field = value[key] { faults += try self.faults(field, inner, "\(place).\(key)") }
                }
            case "additionalProperties":
                for (key, field) in value.object ?? [:] where schema["properties"]?[key] == nil {
                    if rule == .bool(false) {
                        faults.append("\(place) has a \(key) too many")
                    } else {
                        faults += try self.faults(field, rule, "\(place).\(key)")
                    }
                }
            case "oneOf":
                let fits = try (rule.array ?? []).count { try self.faults(value, $0, place).isEmpty }
                if fits != 1 { faults.append("\(place) fits \(fits) of the forms allowed") }
            default: faults.append("\(file) uses \(word), which this reader does not know")
            }
        }
        return faults
    }

    private static func has(_ value: JSONNode, type: String?) -> Bool {
        switch (type, value) {
        case ("object", .object), ("array", .array), ("string", .string), ("number", .number), ("boolean", .bool): true
        case ("integer", .number(let number)): number == number.rounded()
        default: false
        }
    }

    /// `file#/$defs/name`, `#/$defs/name` or `file`.
    private func referenced(_ value: JSONNode, _ reference: String, _ place: String) throws -> [String] {
        let parts = reference.split(separator: "#", omittingEmptySubsequences: false).map(String.init)
        let owner = parts[0].isEmpty ? self : try JSONSchema(file: parts[0])
        guard parts.count > 1 else { return try owner.faults(value, owner.root, place) }
        let name = parts[1].split(separator: "/").last.map(String.init) ?? ""
        guard let target = owner.root["$defs"]?[name] else {
            return ["\(file) refers to \(reference), which is not there"]
        }
        return try owner.faults(value, target, place)
    }
}
