import TerminalText
import WholeFiles

extension TextLineError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let path, let code): "cannot read \(printable(path)): \(systemMessage(code))"
        case .notRegularFile(let path): "\(printable(path)) is not a regular file: name a file of lines"
        case .lineTooLong(let path, let number, let limit):
            "\(printable(path)), line \(number): longer than \(limit) bytes; check that this is the right file"
        }
    }
}
