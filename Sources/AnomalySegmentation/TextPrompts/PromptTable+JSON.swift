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
        var reader = PromptTableReader(Array(json))
        self = try reader.table()
    }

    /// The table as JSON that ``init(json:)`` reads, an entry a line.
    public var json: String {
        func list(_ entries: [String]) -> String {
            "[\n" + entries.map { "    \(Self.quoted($0))" }.joined(separator: ",\n") + "\n  ]"
        }
        var members = [
            "\"name\": \(Self.quoted(name))", "\"normalStates\": \(list(normalStates))",
            "\"abnormalStates\": \(list(abnormalStates))", "\"templates\": \(list(templates))",
        ]
        if !objectNames.isEmpty {
            let entries = objectNames.sorted { $0.key < $1.key }
                .map { "    \(Self.quoted($0.key)): \(Self.quoted($0.value))" }
            members.append("\"objectNames\": {\n" + entries.joined(separator: ",\n") + "\n  }")
        }
        return "{\n" + members.map { "  \($0)" }.joined(separator: ",\n") + "\n}\n"
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
