import TerminalText

extension RegionExportError: CustomStringConvertible {
    /// One line: the file, the fault, and what to do about it.
    package var description: String {
        switch self {
        case .unreadable(let error): "\(error)"
        case .damagedLine(let file, let number, let reason):
            "\(printable(file)): line \(number) is no result of this version (\(printable(reason))); "
                + "compute the results again"
        case .unwritable(let error): "\(error)"
        }
    }
}
