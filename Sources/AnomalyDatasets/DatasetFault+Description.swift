import TerminalText

extension DatasetFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missingMask(let picture): "\(printable(picture)): a picture of a defect without a mask"
        case .maskOfNormal(let picture, let mask):
            "\(printable(mask)): a mask of \(printable(picture)), which is in a folder of pictures without defect"
        case .maskWithoutPicture(let mask): "\(printable(mask)): a mask without a picture"
        case .sizesDiffer(let picture, let size, let mask, let maskSize):
            "\(printable(mask)): the mask is \(maskSize), its picture \(printable(picture)) \(size)"
        case .sameStem(let files):
            "\(files.map { printable($0) }.joined(separator: ", ")): the same name but for the ending"
        case .listedTwice(let picture): "\(printable(picture)): listed more than once"
        case .unreadable(let file, let error):
            // The codec's sentence begins with the path that was opened.
            "\(error)".contains(printable(file)) ? "\(error)" : "\(printable(file)): \(error)"
        case .missingFile(let file): "\(printable(file)): listed, but not there"
        case .emptyClass(let name): "\(printable(name)): a class without a picture"
        case .closedFolder(let folder, let reason): "\(printable(folder)): cannot be listed: \(reason)"
        case .unreadableName(let file): "\(printable(file)): a name that is no text in UTF-8"
        case .emptyMask(let picture, let mask):
            "\(printable(mask)): marks nothing, but \(printable(picture)) is a picture of a defect"
        case .markedNormal(let picture, let mask):
            "\(printable(mask)): marks something, but \(printable(picture)) is a picture without defect"
        }
    }
}
