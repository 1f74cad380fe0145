import TerminalText

extension ActivationError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .unknownName(let name, let nearest):
            "there is no activation '\(printable(name, limit: 120))' here: "
                + (nearest.isEmpty
                    ? "this call has none" : "the nearest names are \(nearest.joined(separator: ", "))")
        case .editedTwice(let name):
            "two edits are meant for the activation '\(name)': join them into one"
        case .unexpectedShape(let name, let expected, let found):
            "the edit of '\(name)' returned a tensor of shape \(found) in place of \(expected): return one of the shape "
                + "that the edit was given"
        }
    }
}
