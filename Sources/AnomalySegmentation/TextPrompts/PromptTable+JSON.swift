import JSONText

extension PromptTable {
    /// Reads a table from JSON, as ``json`` writes it:
    ///
    ///     {
    ///       "name": "screws",
    ///       "normalStates": ["{}", "flawless {}"],
    ///       "abnormalStates": ["damaged {}", "{} with a scratch"],
    ///       "templates": ["a photo of a {}."],
    ///       "objectNames": {"screw_m4": "small screw"}
    ///     }
    ///
    /// All keys but `objectNames` must be there, and no others; `name` may be any text. In every state and template `{}`
    /// stands exactly once.
    ///
    /// - Parameter json: UTF-8, with or without a byte order mark.
    /// - Throws: ``PromptTableError`` with the place in the file.
    public init(json: some Sequence<UInt8>) throws(PromptTableError) {
        self = try PromptTableReader(Array(json)).table()
    }

    /// The table as JSON that ``init(json:)`` reads, an entry a line.
    public var json: String {
        func list(_ entries: [String]) -> String { JSONWriter.list(entries.map(JSONWriter.text), indent: 2) }
        var members = [
            ("name", JSONWriter.text(name)), ("normalStates", list(normalStates)),
            ("abnormalStates", list(abnormalStates)), ("templates", list(templates)),
        ]
        if !objectNames.isEmpty {
            let entries = objectNames.sorted { $0.key < $1.key }.map { ($0.key, JSONWriter.text($0.value)) }
            members.append(("objectNames", JSONWriter.object(entries, indent: 2)))
        }
        return JSONWriter.object(members, indent: 0) + "\n"
    }
}
