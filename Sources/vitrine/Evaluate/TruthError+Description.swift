import TerminalText

extension TruthError: CustomStringConvertible {
    var description: String {
        switch self {
        case .broken(let fault): "\(fault)"
        case .unreadable(let error): "\(error)\(error.flagHint)"
        case .unexpectedSize(let file, let size, let picture):
            "\(printable(file)): the mask is \(size), its picture \(picture); a mask has the picture's size"
        }
    }
}
