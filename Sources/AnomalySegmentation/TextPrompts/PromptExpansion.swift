/// All sentences about one object, as they go into the text tower.
package struct PromptExpansion: Hashable, Sendable {
    /// The name as the sentences hold it.
    package let object: String
    package let normal: [String]
    package let abnormal: [String]

    package func sentences(_ state: PromptTable.State) -> [String] { state == .normal ? normal : abnormal }
}

extension TextPromptConfiguration {
    /// All sentences about an object, in the order of the table.
    ///
    /// - Parameter object: as the user names it.
    /// - Throws: ``AnomalySegmentationError/emptyObjectName`` when nothing visible is left of the name.
    package func expansion(for object: String) throws(AnomalySegmentationError) -> PromptExpansion {
        let name = try writtenName(of: object)
        return PromptExpansion(
            object: name, normal: table.sentences(for: name, .normal), abnormal: table.sentences(for: name, .abnormal))
    }

    /// An object's name as the sentences hold it: from the table's own list of names, else by the rule.
    func writtenName(of given: String) throws(AnomalySegmentationError) -> String {
        let plain = Self.trimmed(given)
        if let written = table.objectNames[plain] { return Self.trimmed(written) }
        var name = plain
        if nameRule == .readable {
            let spaced = Self.trimmed(String(given.map { $0 == "_" ? " " : $0 }))
            let bare = Self.trimmed(String(spaced.reversed().drop { $0.isASCII && $0.isNumber }.reversed()))
            // A name of digits alone is kept: something has to be said about it.
            name = bare.isEmpty ? spaced : bare
        }
        if name.isEmpty { throw .emptyObjectName }
        return name
    }

    private static func trimmed(_ text: String) -> String {
        let body = text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }
        return String(body.reversed())
    }
}
