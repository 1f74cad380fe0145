extension WeightProblem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missing(let name, let expected):
            "'\(printable(name))' \(expected) is missing"
        case .unexpectedShape(let name, let expected, let found):
            "'\(printable(name))' is \(found) instead of \(expected)"
        case .unexpected(let name, let found):
            "'\(printable(name))' \(found) belongs to no part of the model"
        case .unreadable(let name, let reason):
            "'\(printable(name))' cannot be read (\(reason))"
        }
    }
}

extension WeightError: CustomStringConvertible {
    /// How many problems the sentence spells out before it only counts.
    static let listedProblems = 5

    public var description: String {
        var missing = 0
        var misshapen = 0
        var extra = 0
        var unreadable = 0
        for problem in problems {
            switch problem {
            case .missing: missing += 1
            case .unexpectedShape: misshapen += 1
            case .unexpected: extra += 1
            case .unreadable: unreadable += 1
            }
        }
        let counts = [
            (missing, "missing"), (misshapen, "of another shape"), (extra, "not expected"), (unreadable, "unreadable"),
        ]
        .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        let listed = problems.prefix(Self.listedProblems).map(\.description).joined(separator: "; ")
        let rest = problems.count - Self.listedProblems
        let more = rest > 0 ? "; and \(rest) more" : ""
        return "the weights do not fit the model (\(counts)): \(listed)\(more)"
    }
}

/// A name from a file, made safe for a terminal: control characters become `\u{..}` and long names are cut.
private func printable(_ name: String) -> String {
    var result = ""
    for (index, scalar) in name.unicodeScalars.enumerated() {
        if index == 120 { return result + "..." }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator:
            result += "\\u{\(String(scalar.value, radix: 16))}"
        default:
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}
