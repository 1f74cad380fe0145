import TerminalText

extension ComparisonError: CustomStringConvertible {
    var description: String {
        switch self {
        case .nothingInCommon(let first, let second):
            "\(printable(first)) and \(printable(second)) have no picture in common with the same truth; compare two runs "
                + "over the same data set"
        case .noVariant(let name, let folder, let has):
            "\(printable(folder)) has no variant \(printable(name)); it has \(has.joined(separator: ", "))"
        }
    }
}
