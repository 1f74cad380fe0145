import ArgumentParser

/// A flag or a subcommand that nobody knows.
///
/// Looked for when a command line cannot be understood: ArgumentParser tells first what is missing, and `--objekt` is why
/// `--object` is missing.
struct UnknownWord: CustomStringConvertible {
    private let kind: String
    private let word: String
    /// Those that there are.
    private let known: [String]
    private let usage: String

    /// The first such word, nil where there is none.
    ///
    /// - Parameter arguments: what stands behind the program's name.
    static func first(in arguments: some Sequence<String>) -> UnknownWord? {
        var command: any ParsableCommand.Type = Vitrine.self
        var isHelp = false
        for argument in arguments.prefix(while: { $0 != "--" }) {
            let subcommands = command.configuration.subcommands
            if argument.hasPrefix("--") {
                let word = String(argument.prefix { $0 != "=" })
                let known = flags(of: command)
                if known.contains(word) { continue }
                return UnknownWord(kind: "option", word: word, known: known, usage: usage(of: command))
            }
            if argument.hasPrefix("-") || subcommands.isEmpty || isHelp { continue }
            isHelp = argument == "help"
            if isHelp { continue }
            guard let next = subcommands.first(where: { $0.configuration.commandName == argument }) else {
                let known = subcommands.compactMap { $0.configuration.commandName }
                return UnknownWord(kind: "command", word: argument, known: known, usage: usage(of: command))
            }
            command = next
        }
        return nil
    }

    var description: String {
        let advice = nearest.map { "did you mean '\($0)'?" } ?? "see what there is with --help"
        return "Error: there is no \(kind) '\(word)'; \(advice)\n\(usage)"
    }

    /// The long flags that the help lists: `  -q, --quiet   ...`.
    private static func flags(of command: any ParsableCommand.Type) -> [String] {
        Vitrine.helpMessage(for: command, includeHidden: true).split(separator: "\n").filter { $0.hasPrefix("  -") }
            .flatMap {
                line in line.split(whereSeparator: { $0 == " " || $0 == "," }).prefix { $0.hasPrefix("-") }
            }.filter { $0.hasPrefix("--") }.map(String.init)
    }

    private static func usage(of command: any ParsableCommand.Type) -> String {
        "Usage: " + Vitrine.usageString(for: command)
    }

    private var nearest: String? {
        let ranked = known.map { ($0, Self.distance(Array(word), Array($0))) }.min { $0.1 < $1.1 }
        guard let (best, distance) = ranked, distance <= max(2, best.count / 3) else { return nil }
        return best
    }

    /// How many characters must be added, left out, exchanged or swapped with their neighbour to get from one word to the
    /// other.
    private static func distance(_ first: [Character], _ second: [Character]) -> Int {
        var rows = [Array(0...second.count)]
        for (i, character) in first.enumerated() {
            var row = [i + 1]
            for (j, other) in second.enumerated() {
                var least = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (character == other ? 0 : 1))
                if i > 0, j > 0, character == second[j - 1], first[i - 1] == other {
                    least = min(least, rows[i - 1][j - 1] + 1)
                }
                row.append(least)
            }
            rows.append(row)
        }
        return rows[first.count][second.count]
    }
}
