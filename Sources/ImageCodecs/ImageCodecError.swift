public import Imaging
import WholeFiles

/// Why a picture could not be read, or a result not be written.
///
/// `file` is the path as the caller gave it, or the name given to bytes in memory.
public enum ImageCodecError: Error, Hashable, Sendable {
    /// Nothing has this path.
    case notFound(file: String)
    /// The system does not let this user read the file.
    case notPermitted(file: String)
    /// The path names a folder.
    case isFolder(file: String)
    /// A pipe, socket or device.
    case notARegularFile(file: String)
    /// The file holds no bytes.
    case emptyFile(file: String)
    /// The file is longer than the caller allows; both numbers in bytes.
    case fileTooLong(file: String, bytes: Int, limit: Int)
    /// The system refused to open or read; `reason` is its message.
    case unreadable(file: String, reason: String)

    /// A picture or file format that this library names but does not decode.
    case unsupportedFormat(file: String, format: String)
    /// The bytes start as no format of pictures does; `found` says what they are.
    case notAPicture(file: String, found: String)
    /// A variant of a supported format.
    case unsupportedVariant(file: String, format: String, variant: String)

    /// The header announces more pixels than the caller allows.
    case tooManyPixels(file: String, size: ImageSize, limit: Int)
    /// Decoding would take more memory than is allowed.
    case tooMuchMemory(file: String, size: ImageSize, bytes: Int, limit: Int)
    /// Width or height is zero.
    case noPixels(file: String, size: ImageSize)
    /// A PNG has more chunks than is read.
    case tooManyChunks(file: String, limit: Int)
    /// The file ends before the picture does.
    case truncated(file: String, format: String)
    /// The bytes contradict the format; `reason` names the fault.
    case damaged(file: String, format: String, reason: String)

    /// A mask in colours among which black is not: nothing says which is the background.
    case unclearMask(file: String)

    /// `key` is not 1 to 79 printable ASCII characters, or its value holds a NUL.
    case unusableText(file: String, key: String)
    /// A quality that is not 1 to 100.
    case unusableQuality(file: String, quality: Int)
    /// A side is longer than the format can say; both numbers in pixels.
    case sideTooLong(file: String, format: String, size: ImageSize, limit: Int)
    /// libpng or libjpeg-turbo could not do its part for lack of memory.
    case libraryFailed(file: String, reason: String)
    /// The system refused `operation`; nothing is left behind.
    case notWritten(file: String, operation: String, reason: String)

    /// The file that the error is about.
    public var file: String {
        switch self {
        case .notFound(let file), .notPermitted(let file), .isFolder(let file), .notARegularFile(let file),
            .emptyFile(let file), .fileTooLong(let file, _, _), .unreadable(let file, _),
            .unsupportedFormat(let file, _), .notAPicture(let file, _), .unsupportedVariant(let file, _, _),
            .tooManyPixels(let file, _, _), .tooMuchMemory(let file, _, _, _), .noPixels(let file, _),
            .tooManyChunks(let file, _),
            .unclearMask(let file), .truncated(let file, _), .damaged(let file, _, _), .unusableText(let file, _),
            .unusableQuality(let file, _), .sideTooLong(let file, _, _, _), .libraryFailed(let file, _),
            .notWritten(let file, _, _):
            file
        }
    }
}

extension ImageCodecError {
    init(_ error: WholeFileError) {
        self = .notWritten(file: error.path, operation: error.operation.rawValue, reason: error.reason)
    }
}
