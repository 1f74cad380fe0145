import TerminalText

extension WholeFileError: CustomStringConvertible {
    /// One line: the file, the fault, and what to do about it.
    package var description: String { "\(printable(path)): \(Self.sentence(operation.rawValue, reason))" }

    /// The fault and what to do about it, without the file.
    package static func sentence(_ operation: String, _ reason: String) -> String {
        "\(operation) failed (\(reason)); check that the folder exists, is writable and has space"
    }
}
