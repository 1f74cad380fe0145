import TerminalText

extension WeightProblem: CustomStringConvertible {
    /// The tensor's name, escaped for terminals, and what is wrong with it.
    public var description: String {
        switch self {
        case .missing(let name, let expected): "'\(printable(name, limit: 120))' \(expected) is missing"
        case .unexpectedShape(let name, let expected, let found):
            "'\(printable(name, limit: 120))' is \(found) instead of \(expected)"
        case .unexpected(let name, let found):
            "'\(printable(name, limit: 120))' \(found) belongs to no part of the model"
        case .unreadable(let name, let reason): "'\(printable(name, limit: 120))' cannot be read (\(reason))"
        case .notFinite(let name, let count):
            "'\(printable(name, limit: 120))' holds \(count) \(count == 1 ? "number that is" : "numbers that are") infinite or none"
        }
    }
}

extension WeightError: CustomStringConvertible {
    /// How many problems the sentence spells out before it only counts.
    static let listedProblems = 5

    /// How many problems of each kind there are, then the first few one by one.
    public var description: String {
        var missing = 0
        var misshapen = 0
        var extra = 0
        var unreadable = 0
        var notFinite = 0
        for problem in problems {
            switch problem {
            case .missing: missing += 1
            case .unexpectedShape: misshapen += 1
            case .unexpected: extra += 1
            case .unreadable: unreadable += 1
            case .notFinite: notFinite += 1
            }
        }
        let counts = [
            (missing, "missing"), (misshapen, "of another shape"), (extra, "not expected"), (unreadable, "unreadable"),
            (notFinite, "not finite"),
        ]
        .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        let listed = problems.prefix(Self.listedProblems).map(\.description).joined(separator: "; ")
        let rest = problems.count - Self.listedProblems
        let more = rest > 0 ? "; and \(rest) more" : ""
        let all = "(\(counts)): \(listed)\(more)"
        // Such weights have the right names and shapes: a training or a conversion went wrong, or the file is damaged.
        return notFinite == problems.count
            ? "the weights cannot be used \(all); get them again, or convert them anew"
            : "the weights do not fit the model \(all)"
    }
}
