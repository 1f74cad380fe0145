import AnomalySegmentation
import JSONText

/// A setting of the configuration and the values that are tried for it, the configuration's own first.
struct TriedSetting {
    /// Names from the outside in, with dots between.
    let name: String
    /// As JSON.
    let values: [JSONValue]

    /// - Parameters:
    ///   - argument: `NAME=VALUE,VALUE`; a value is JSON, or a text without quotation marks.
    ///   - base: the configuration that others are compared with.
    /// - Throws: A ``SettingError``.
    init(argument: String, base: AnomalyConfiguration) throws {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let pieces = parts.count == 2 ? Self.pieces(of: parts[1]) : []
        guard let name = parts.first.map(String.init), !name.isEmpty, !pieces.isEmpty, !pieces.contains("") else {
            throw SettingError.malformed(argument)
        }
        let whole = try Self.json(of: base)
        let path = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let own = whole.value(at: path[...])
        guard own != nil || Self.isUnset(path, in: base) else {
            throw SettingError.unknown(name, nearest: Self.nearest(to: name, in: base, whole))
        }
        var values = [own ?? .null]
        for piece in pieces {
            let value = try Self.usable(piece, at: name, path, in: base)
            if !values.contains(value) { values.append(value) }
        }
        self.name = name
        self.values = values
    }

    /// What a value is called in tables.
    func title(of value: Int) -> String {
        if values[value] == .null { return "unset" }
        let text = (try? encodedJSON(values[value])) ?? ""
        return text.hasPrefix("\"") ? String(text.dropFirst().dropLast()) : text
    }

    /// The value of a piece of the flag, as it stands in the configuration that has it.
    private static func usable(
        _ piece: String, at name: String, _ path: [String], in base: AnomalyConfiguration
    ) throws -> JSONValue {
        let given = JSONValue(argument: piece)
        var forms = [given]
        if case .text(let word) = given, let rule = try SettingWords.value(of: word, at: name) { forms = [rule] }
        var reason = ""
        for form in forms {
            do {
                let changed = try base.setting(form, at: path)
                // Numbers of the configuration have fewer digits; what it holds is what is tried.
                return try json(of: changed).value(at: path[...]) ?? .null
            } catch { reason = Self.reason(error) }
        }
        throw SettingError.unusable(name, value: piece, reason: reason)
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as AnomalySegmentationError: error.description
        case let error as DecodingError: ConfigurationReason.of(error)
        default: "\(error)"
        }
    }

    /// At the commas that lie in no brackets and no quotation marks.
    private static func pieces(of text: Substring) -> [String] {
        var (pieces, depth, isQuoted) = ([""], 0, false)
        for character in text {
            if character == "\"" { isQuoted.toggle() }
            if !isQuoted, "[{".contains(character) { depth += 1 }
            if !isQuoted, "]}".contains(character) { depth -= 1 }
            if character == ",", depth == 0, !isQuoted {
                pieces.append("")
            } else {
                pieces[pieces.count - 1].append(character)
            }
        }
        return pieces
    }

    // MARK: Names

    private static func json(of configuration: AnomalyConfiguration) throws -> JSONValue {
        try JSONValue(encoding: configuration)
    }

    /// Whether there is such a value, and it is nil here, so that it is not in the JSON.
    private static func isUnset(_ path: [String], in base: AnomalyConfiguration) -> Bool {
        unset(in: base, under: []).contains(path)
    }

    private static func unset(in value: Any, under path: [String]) -> [[String]] {
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle == .struct else {
            return mirror.displayStyle == .optional && mirror.children.isEmpty ? [path] : []
        }
        return mirror.children.flatMap { child in
            child.label.map { unset(in: child.value, under: path + [$0]) } ?? []
        }
    }

    private static func nearest(to name: String, in base: AnomalyConfiguration, _ whole: JSONValue) -> [String] {
        let known = whole.names + unset(in: base, under: []).map { $0.joined(separator: ".") }
        let last = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
        let alike = known.filter { $0.split(separator: ".").last.map { $0.lowercased() } == last }
        return alike.isEmpty ? NearestName.of(name, in: known.sorted()).map { [$0] } ?? [] : alike.sorted()
    }
}

extension AnomalyConfiguration {
    /// The same with another value at a path, checked.
    ///
    /// - Throws: `DecodingError`, `AnomalySegmentationError`.
    func setting(_ value: JSONValue, at path: [String]) throws -> AnomalyConfiguration {
        let json = try JSONValue(encoding: self)
        let text = try encodedJSON(json.replacing(value, at: path[...]))
        let changed = try decodedJSON(Array(text.utf8), as: AnomalyConfiguration.self)
        try changed.validate()
        return changed
    }
}

extension JSONValue {
    /// The same with another value at a path; null takes it away.
    fileprivate func replacing(_ value: JSONValue, at path: ArraySlice<String>) -> JSONValue {
        guard let first = path.first, case .object(var members) = self else { return value }
        let inner = (members[first] ?? .null).replacing(value, at: path.dropFirst())
        members[first] = inner == .null ? nil : inner
        return .object(members)
    }

    /// Of all values inside, with dots between.
    fileprivate var names: [String] {
        guard case .object(let members) = self else { return [] }
        return members.flatMap { key, value in [key] + value.names.map { "\(key).\($0)" } }
    }
}
