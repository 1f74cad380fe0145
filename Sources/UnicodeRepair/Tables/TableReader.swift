/// Reads the words of the tables in this folder.
enum TableReader {
    /// The words of a table.
    static func words(_ table: String) -> [Substring] {
        table.split { $0 == " " || $0 == "\n" }
    }

    /// `key:value` taken apart.
    static func entry(_ word: Substring) -> (key: Substring, value: Substring) {
        let parts = word.split(separator: ":", maxSplits: 1)
        return (parts.first ?? "", parts.count == 2 ? parts[1] : "")
    }

    /// `41+300` as characters.
    static func characters(_ codes: Substring) -> [Unicode.Scalar] {
        codes.split(separator: "+").compactMap { UInt32($0, radix: 16).flatMap(Unicode.Scalar.init) }
    }

    /// `A4` or `2C6-2C7` as characters.
    static func range(_ word: Substring) -> [Unicode.Scalar] {
        let ends = word.split(separator: "-").compactMap { UInt32($0, radix: 16) }
        guard let first = ends.first, let last = ends.last, first <= last else { return [] }
        return (first...last).compactMap(Unicode.Scalar.init)
    }
}
