/// A name in which `*` stands for any text, dots included.
struct NamePattern {
    private let text: String
    private let parts: [Substring]

    init(_ text: String) {
        self.text = text
        parts = text.split(separator: "*", omittingEmptySubsequences: false)
    }

    func matches(_ name: String) -> Bool {
        guard parts.count > 1, let first = parts.first, let last = parts.last else { return name == text }
        guard name.hasPrefix(first) else { return false }
        var rest = name.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let place = rest.firstRange(of: part) else { return false }
            rest = rest[place.upperBound...]
        }
        return rest.hasSuffix(last)
    }

    /// The names that need the fewest changes to match, the best first. Names that contain the text come before others.
    func nearest(of names: [String], most: Int = 3) -> [String] {
        names.enumerated()
            .map { (distance: $1.contains(text) ? 0 : distance(to: $1), place: $0, name: $1) }
            .sorted { ($0.distance, $0.place) < ($1.distance, $1.place) }
            .prefix(most).map(\.name)
    }

    /// How many characters have to be added, dropped or changed (Levenshtein's distance). Those under a `*` are free, and so
    /// are those in front, because the start of a long path is easily forgotten.
    private func distance(to name: String) -> Int {
        let star = UInt8(ascii: "*")
        let name = Array(name.utf8)
        var row = [Int](repeating: 0, count: name.count + 1)
        for character in text.utf8 {
            let free = character == star
            var diagonal = row[0]
            row[0] += free ? 0 : 1
            for index in name.indices {
                let above = row[index + 1]
                row[index + 1] =
                    free
                    ? min(above, row[index])
                    : min(above + 1, row[index] + 1, diagonal + (character == name[index] ? 0 : 1))
                diagonal = above
            }
        }
        return row[name.count]
    }
}
