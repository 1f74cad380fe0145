import TerminalText

extension PictureListError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notFound(let paths, let count):
            "no such picture, folder or match: \(listed(paths.map { PathText.readable($0.bytes) }, of: count)); check the spelling"
        case .noPictures(let folder, let passedOver):
            "the folder \(printable(PathText.readable(folder.bytes))) holds no picture; looked for files that end in "
                + PictureSearch.endings.map { "." + $0 }.joined(separator: ", ")
                + passedOver.notes.map { "; \($0)" }.joined()
        case .nothingLeft(let passedOver):
            "no picture is left; \(passedOver.notes.joined(separator: "; "))"
        case .unreadableList(let name, let reason): "\(printable(name)): the list cannot be read (\(printable(reason)))"
        case .emptyList(let name): "\(printable(name)): the list holds no name; write a path on each line"
        case .zeroByteInList(let name, let line):
            "\(printable(name)): line \(line) holds a zero byte; say that zero bytes end the names of this list"
        }
    }
}
