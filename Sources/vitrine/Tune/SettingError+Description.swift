import TerminalText

extension SettingError: CustomStringConvertible {
    var description: String {
        switch self {
        case .malformed(let text):
            "\(printable(text, limit: 120)) names no setting with values; write NAME=VALUE,VALUE, for example "
                + "points.positiveCount=1,3,5"
        case .unknown(let name, let nearest):
            "there is no setting \(printable(name, limit: 120))"
                + (nearest.isEmpty
                    ? "; the names are those of \"configuration\" in a result.json, with dots between"
                    : ": did you mean \(nearest.joined(separator: " or "))?")
        case .repeated(let name):
            "the setting \(printable(name, limit: 120)) is named twice; give all its values at once"
        case .unusable(let name, let value, let reason):
            "\(printable(name, limit: 120)) does not take \(printable(value, limit: 120)): \(reason)"
        case .tooMany(let count, let limit):
            "the settings have \(count) combinations and \(limit) are tried at most: name fewer values, or let some be "
                + "drawn at random"
        }
    }
}
