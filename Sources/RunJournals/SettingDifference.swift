package import JSONText

/// A setting that is another in two runs.
package struct SettingDifference: Hashable, Sendable {
    /// Names from the outside in, with dots between: `configuration.cascade.stageCount`.
    package let name: String
    /// As JSON; nil where there is none.
    package let before: String?
    package let now: String?

    /// All differences between two values, sorted by name. Lists are compared as a whole.
    package static func all(_ before: JSONValue?, _ now: JSONValue?, under name: String = "") -> [SettingDifference] {
        if before == now { return [] }
        guard case .object(let old)? = before, case .object(let new)? = now else {
            return [SettingDifference(name: name, before: text(before), now: text(now))]
        }
        return Set(old.keys).union(new.keys).sorted().flatMap { key in
            all(old[key], new[key], under: name.isEmpty ? key : "\(name).\(key)")
        }
    }

    private static func text(_ value: JSONValue?) -> String? { value.flatMap { try? encodedJSON($0) } }
}
