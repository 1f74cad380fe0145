import TerminalText
import TextLines

extension ManifestError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let error): error.description
        case .line(let path, let number, let fault): "\(printable(path)), line \(number): \(fault)"
        case .whole(let path, let fault): "\(printable(path)): \(fault)"
        case .missingFiles(let path, let files):
            "\(printable(path)) names \(files.count == 1 ? "a file that is" : "\(files.count) files that are") not there: "
                + files.map { printable($0) }.joined(separator: ", ")
        }
    }
}

extension ManifestFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notUTF8(let offset): "byte \(offset) is not UTF-8; save the file as UTF-8"
        case .zeroByte: "holds a zero byte; save the file as UTF-8"
        case .notJSON(let offset): "is no JSON object (byte \(offset)); each line holds one"
        case .missingKey(let key): "has no \"\(key)\"; each line needs one"
        case .wrongValue(let key): "the value of \"\(printable(key))\" is of another kind than it should be"
        case .duplicateKey(let key): "\"\(printable(key))\" stands there twice; keep one of them"
        case .noHeader: "is not the first line of a manifest; plan the pictures anew"
        case .unknownSchema(let version):
            "is a manifest of version \(version), which this Vitrine does not read; make it anew"
        case .emptyID: "the id is empty; give each picture one"
        case .idLeavesOutput(let id):
            "the id \"\(printable(id))\" is no path below an output folder; leave out . and .. and slashes at its ends"
        case .pathLeavesRoot(let path):
            "\"\(printable(path))\" lies outside the root; choose a root that holds all pictures"
        case .duplicateID(let id): "the id \"\(printable(id))\" stands there twice; give each picture its own"
        case .notSorted(let id, let after):
            "the id \"\(printable(id))\" stands behind \"\(printable(after))\"; make the manifest anew, lines are sorted by id"
        case .idInside(let id, let outer):
            "results of \"\(printable(id))\" would lie inside those of \"\(printable(outer))\"; change one of the ids"
        case .openQuote: "a quotation mark is not closed; close it"
        case .textBehindQuote: "text stands behind a closing quotation mark; double the marks inside a field"
        case .fieldCount(let found, let expected): "has \(found) fields where the first line has \(expected)"
        case .noItems: "names no picture"
        case .countDiffers(let found, let stated):
            "has \(found) pictures where its first line says \(stated); make it anew, or copy it again"
        case .digestDiffers: "was changed since it was made; make it anew, or copy it again"
        }
    }
}
