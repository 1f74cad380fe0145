import TerminalText
import WholeFiles

extension ImageCodecError: CustomStringConvertible {
    /// One line: the file, the fault, and what to do about it.
    public var description: String { "\(printable(file)): \(sentence)" }

    private var sentence: String {
        switch self {
        case .notFound: "there is no such file; check the path"
        case .notPermitted: "reading is not permitted; check the owner and the mode of the file and its folders"
        case .isFolder: "this is a folder, not a picture; name the pictures in it"
        case .notARegularFile: "this is a pipe, socket or device; only regular files are read"
        case .emptyFile: "the file is empty; copy it again from its source"
        case .fileTooLong(_, let bytes, let limit):
            "the file has \(bytes) bytes, the limit is \(limit); export the picture smaller"
        case .unreadable(_, let reason): "reading failed (\(reason)); check the disk and copy the file again"
        case .unsupportedFormat(_, let format): "\(format) is not supported; convert it to PNG or JPEG"
        case .notAPicture(_, let found): "this is \(found), not a picture; give a PNG or JPEG file"
        case .unsupportedVariant(_, let format, let variant):
            "\(format) with \(printable(variant)) is not supported; save it as an ordinary 8-bit PNG or JPEG"
        case .tooManyPixels(_, let size, let limit):
            "\(size) is more than the limit of \(limit) pixels; make the picture smaller, or allow more pixels"
        case .tooMuchMemory(_, let size, let bytes, let limit):
            "\(size) takes \(bytes) bytes to decode, the limit is \(limit); make the picture smaller, or allow more memory"
        case .noPixels(_, let size): "the header says \(size), a picture without pixels; export it again"
        case .tooManyChunks(_, let limit): "the PNG has more than \(limit) chunks; save it again without metadata"
        case .truncated(_, let format): "the \(format) ends too early; copy it again from its source"
        case .damaged(_, let format, let reason):
            "the \(format) is damaged (\(printable(reason))); copy it again from its source"
        case .unclearMask:
            "no pixel of this mask is black, so that nothing says which colour is the background; save it as 0 and 255"
        case .unusableText(_, let key):
            "the text under \"\(printable(key))\" cannot be stored; keys are 1 to 79 plain characters, texts hold no NUL"
        case .unusableQuality(_, let quality): "a JPEG has no quality of \(quality); choose 1 to 100"
        case .sideTooLong(_, let format, let size, let limit):
            "\(size) is too large for a \(format), whose sides end at \(limit) pixels; make the picture smaller, or a PNG"
        case .libraryFailed(_, let reason):
            "the picture library gave up (\(printable(reason))); make the picture smaller or free memory"
        case .notWritten(_, let operation, let reason): WholeFileError.sentence(operation, reason)
        }
    }
}
