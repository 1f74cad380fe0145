import TerminalText
import WholeFiles

extension TextLineError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let path, let code): "cannot read \(printable(path)): \(systemMessage(code))"
        case .notRegularFile(let path):
            "\(printable(path)) is a folder, a pipe or a device: name a regular file of text"
        case .lineTooLong(let path, let number, let limit):
            "\(printable(path)), line \(number): longer than \(limit) bytes; check that this is the right file"
        case .fileTooLong(let path, let limit):
            "\(printable(path)) is longer than \(limit) bytes; check that this is the right file"
        case .notText(let path, let number, let column):
            "\(printable(path)), line \(number), column \(column): this is no text in UTF-8; save the file as UTF-8"
        }
    }
}
