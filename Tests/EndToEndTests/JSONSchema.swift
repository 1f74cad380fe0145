import Foundation
import JSONText
import TestSupport

extension JSONValue {
    /// An object.
    init(_ text: String) throws { self = .object(try JSONValue.members(of: Array(text.utf8))) }

    subscript(_ key: String) -> JSONValue? { members?[key] }

    var asText: String? { if case .text(let value) = self { value } else { nil } }
    var asNumber: Double? { if case .number(let value) = self { value } else { nil } }
    var asList: [JSONValue]? { if case .list(let value) = self { value } else { nil } }
    var members: [String: JSONValue]? { if case .object(let value) = self { value } else { nil } }
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
                let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
                return (name, JSONSchema(file: name, root: try JSONValue(text)))
            })
    }

    private let file: String
    private let root: JSONValue

    private init(file: String, root: JSONValue) { (self.file, self.root) = (file, root) }

    /// - Parameter file: a name in `docs/schemas`.
    init(file: String) throws {
        guard let schema = try Self.all.get()[file] else { throw CocoaError(.fileNoSuchFile) }
        self = schema
    }

    /// What is wrong with a value, a sentence each; empty when it is valid.
    func faults(in value: JSONValue) throws -> [String] { try faults(value, root, "$") }

    private func faults(_ value: JSONValue, _ schema: JSONValue, _ place: String) throws -> [String] {
        var faults: [String] = []
        for (word, rule) in schema.members ?? [:] {
            switch word {
            case "$schema", "$id", "$defs", "description": break
            case "$ref": faults += try referenced(value, rule.asText ?? "", place)
            case "type":
                if !Self.has(value, type: rule.asText) { faults.append("\(place) is no \(rule.asText ?? "?")") }
            case "const": if value != rule { faults.append("\(place) is not \(rule)") }
            case "enum":
                if rule.asList?.contains(value) != true { faults.append("\(place) is none of the values allowed") }
            case "minimum", "maximum":
                let sign: Double = word == "minimum" ? 1 : -1
                if let number = value.asNumber, sign * number < sign * (rule.asNumber ?? 0) {
                    faults.append("\(place) is beyond its \(word)")
                }
            case "minItems":
                if let count = value.asList?.count, count < Int(rule.asNumber ?? 0) {
                    faults.append("\(place) is short")
                }
            case "maxItems":
                if let count = value.asList?.count, count > Int(rule.asNumber ?? 0) {
                    faults.append("\(place) is long")
                }
            case "items":
                for (index, item) in (value.asList ?? []).enumerated() {
                    faults += try self.faults(item, rule, "\(place)[\(index)]")
                }
            case "required":
                for key in rule.asList ?? [] where value.members != nil && value[key.asText ?? ""] == nil {
                    faults.append("\(place) has no \(key.asText ?? "?")")
                }
            case "properties":
                for (key, inner) in rule.members ?? [:] {
                    if let field = value[key] { faults += try self.faults(field, inner, "\(place).\(key)") }
                }
            case "additionalProperties":
                for (key, field) in value.members ?? [:] where schema["properties"]?[key] == nil {
                    if rule == .boolean(false) {
                        faults.append("\(place) has a \(key) too many")
                    } else {
                        faults += try self.faults(field, rule, "\(place).\(key)")
                    }
                }
            case "oneOf":
                let fits = try (rule.asList ?? []).count { try self.faults(value, $0, place).isEmpty }
                if fits != 1 { faults.append("\(place) fits \(fits) of the forms allowed") }
            default: faults.append("\(file) uses \(word), which this reader does not know")
            }
        }
        return faults
    }

    private static func has(_ value: JSONValue, type: String?) -> Bool {
        switch (type, value) {
        case ("object", .object), ("array", .list), ("string", .text), ("number", .number), ("boolean", .boolean): true
        case ("integer", .number(let number)): number == number.rounded()
        default: false
        }
    }

    /// `file#/$defs/name`, `#/$defs/name` or `file`.
    private func referenced(_ value: JSONValue, _ reference: String, _ place: String) throws -> [String] {
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
