/// What was probably meant by a name that is not known.
package enum NearestName {
    /// The known name that fewest typing mistakes lead away from, a third of its letters at most; nil when none is near.
    package static func of(_ name: String, in known: [String]) -> String? {
        let distances = known.map { ($0, distance(Array(name.lowercased().prefix(64)), Array($0.lowercased()))) }
        guard let best = distances.min(by: { $0.1 < $1.1 }), best.1 <= max(1, best.0.count / 3) else { return nil }
        return best.0
    }

    /// How many letters have to be put in, left out or replaced.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in right.enumerated() {
                let replaced = diagonal + (letter == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, row[column + 1] + 1)
            }
        }
        return row[right.count]
    }
}
