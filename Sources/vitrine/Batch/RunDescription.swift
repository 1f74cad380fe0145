import Foundation
import JSONText
import RunJournals
import WholeFiles

/// `run.json` as it is written and read: a ``RunRecord`` by its members, so that runs of any version can be compared.
struct RunDescription: Sendable {
    private(set) var members: [String: JSONValue]

    init(_ record: RunRecord) throws { members = try JSONValue.members(of: Array(try record.json(pretty: false).utf8)) }

    init(file: String) throws {
        members = try JSONValue.members(of: Array(try Data(contentsOf: URL(fileURLWithPath: file))))
    }

    /// The members that have to be the same in all runs that write to one folder. `segment` takes further pictures; what
    /// `evaluate` says holds for one set of pictures.
    static func fixed(in layout: RunLayout) -> Set<String> {
        let fixed: Set<String> = ["command", "schemaVersion", "settings", "shard", "vitrine", "weights"]
        return layout == .evaluate ? fixed.union(["manifest"]) : fixed
    }

    /// Those that have to be the same in shards that are put together.
    static let common: Set<String> = [
        "command", "exports", "manifest", "schemaVersion", "settings", "vitrine", "weights",
    ]

    /// By the command that made it; nil for one that this version does not know.
    var layout: RunLayout? {
        guard case .text(let command)? = members["command"] else { return nil }
        return RunLayout(rawValue: command)
    }

    /// The machines that worked on it, each once, in the order of their texts.
    var machines: [JSONValue] {
        if case .list(let machines)? = members["machines"] { machines } else { [] }
    }

    /// Adds machines of other runs to this one's.
    mutating func add(machines others: [JSONValue]) {
        let all = Set(machines).union(others).map { (text: (try? encodedJSON($0)) ?? "", machine: $0) }
        if all.isEmpty { return }
        members["machines"] = .list(all.sorted { $0.text < $1.text }.map(\.machine))
    }

    /// Adds a member that is known only at the end.
    func adding(_ name: String, _ value: some Encodable) throws -> RunDescription {
        var result = self
        result.members[name] = try JSONValue.members(of: Array(try encodedJSON(["value": value]).utf8))["value"]
        return result
    }

    /// What the members say to one who knows them.
    ///
    /// - Throws: A `DecodingError` for members that this version does not know.
    func decoded<Record: Decodable>(as _: Record.Type) throws -> Record {
        try decodedJSON(Array(try encodedJSON(JSONValue.object(members)).utf8))
    }

    /// What is not as it was, of some members.
    func differences(from other: RunDescription, in keys: Set<String>) -> [SettingDifference] {
        SettingDifference.all(other.compared(keys), compared(keys))
    }

    private func compared(_ keys: Set<String>) -> JSONValue {
        var compared = members.filter { keys.contains($0.key) }
        compared["weights"] = weightsByRole
        return .object(compared)
    }

    /// The digests of the weights by what they are for: what the files are called makes no difference.
    private var weightsByRole: JSONValue? {
        guard case .list(let files)? = members["weights"] else { return members["weights"] }
        var digests: [String: JSONValue] = [:]
        for file in files {
            guard case .object(let file) = file, case .text(let role)? = file["role"] else { return members["weights"] }
            var key = role
            while digests[key] != nil { key += "+" }
            digests[key] = file["sha256"]
        }
        return .object(digests)
    }

    /// A number further in, nil where there is none.
    func number(_ key: String, _ inner: String) -> Int? {
        guard case .object(let found)? = members[key], case .number(let number)? = found[inner] else { return nil }
        return Int(exactly: number)
    }

    /// The files about all pictures that the run writes; nil where there are none.
    ///
    /// - Throws: A `DecodingError` for files that this version does not know.
    var exports: RunRecord.Exports? {
        get throws {
            struct Exporting: Decodable { var exports: RunRecord.Exports? }
            return try decoded(as: Exporting.self).exports
        }
    }

    /// The description of the whole that a shard is a part of.
    var ofWhole: RunDescription {
        var whole = self
        whole.members["shard"] = nil
        return whole
    }

    func with(_ outcome: RunRecord.Outcome) -> RunDescription {
        var result = self
        result.members["outcome"] = .object([
            "done": .number(Double(outcome.done)), "failed": .number(Double(outcome.failed)),
        ])
        return result
    }

    /// - Returns: the SHA-256 of the file.
    @discardableResult
    func write(to path: String) throws -> String {
        let bytes = Array(try encodedJSON(JSONValue.object(members), pretty: true).utf8)
        try WholeFile.write(bytes, to: path)
        return ContentStamp.digest(of: bytes)
    }
}
