import TerminalText

extension WholeFileError: CustomStringConvertible {
    /// One line: the file, the fault, and what to do about it.
    package var description: String { "\(printable(path)): \(sentence)" }

    /// The fault and what to do about it, without the file.
    package var sentence: String {
        "\(operation.rawValue) failed (\(reason)); check that the folder exists, is writable and has space"
    }
}
