import TerminalText
import WholeFiles

extension OutputFolderError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .stranger(let path, let stranger):
            "\(printable(path)) is \(stranger.description) that Vitrine did not write; it is never replaced: "
                + "move it away or choose another output folder"
        case .inUse(let path, let owner):
            "the output folder \(printable(path)) is in use by \(printable(owner)); wait for it or choose another output folder"
        case .removed(let path):
            "the output folder \(printable(path)) was removed while results were being written; run the command again"
        case .failed(let path, let operation, let code):
            "\(operation) \(printable(path)) failed: \(systemMessage(code)); "
                + "check that it is writable and has space, or choose another output folder"
        }
    }
}

extension OutputFolderError.Stranger {
    fileprivate var description: String {
        switch self {
        case .file: "a file"
        case .link: "a link"
        case .folder: "a folder"
        case .resultWith(let name): "a folder with \"\(printable(name))\", a thing"
        }
    }
}
