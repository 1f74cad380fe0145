public import ImageCodecs
public import Imaging

/// Something of a data set that is not as its layout wants it. Files are paths below the root.
public enum DatasetFault: Hashable, Sendable {
    /// A picture of a defect has no mask.
    case missingMask(picture: String)
    /// A mask belongs to a picture without defect.
    case maskOfNormal(picture: String, mask: String)
    /// A mask belongs to no picture.
    case maskWithoutPicture(mask: String)
    /// A mask does not have its picture's size.
    case sizesDiffer(picture: String, size: ImageSize, mask: String, maskSize: ImageSize)
    /// Several files of one folder have one name but for their endings, so that none can be told from the others.
    case sameStem(files: [String])
    /// The list names one picture more than once.
    case listedTwice(picture: String)
    /// The header of a picture, or a mask, cannot be read.
    case unreadable(file: String, ImageCodecError)
    /// The list of the data set names a file that is not there.
    case missingFile(file: String)
    /// A class has no picture.
    case emptyClass(name: String)
    /// A folder cannot be listed.
    case closedFolder(folder: String, reason: String)
    /// A name whose bytes are no UTF-8, shown with `%` and digits for them.
    case unreadableName(file: String)
    /// The mask of a picture with a defect marks nothing.
    case emptyMask(picture: String, mask: String)
    /// The mask of a picture without defect marks something.
    case markedNormal(picture: String, mask: String)

    /// The pictures that cannot be used because of it.
    var pictures: [String] {
        switch self {
        case .missingMask(let picture), .maskOfNormal(let picture, _), .listedTwice(let picture),
            .sizesDiffer(let picture, _, _, _), .emptyMask(let picture, _), .markedNormal(let picture, _):
            [picture]
        case .sameStem, .unreadable, .maskWithoutPicture, .missingFile, .emptyClass, .closedFolder, .unreadableName: []
        }
    }
}
