package import SystemPackage

/// Why there is nothing to work on, or not what was asked for.
package enum PictureListError: Error, Hashable, Sendable {
    /// Nothing has these paths and nothing matches these patterns: the first of them, and how many there are.
    case notFound([FilePath], count: Int)
    /// Neither this folder nor a folder below it holds a picture.
    case noPictures(folder: FilePath, PassedOver)
    /// All that was named was passed over.
    case nothingLeft(PassedOver)
    /// A list of names could not be read; `reason` is the system's message.
    case unreadableList(name: String, reason: String)
    /// A list without a name in it.
    case emptyList(name: String)
    /// A list of lines with a zero byte in this one, counted from 1: its names end in zero bytes.
    case zeroByteInList(name: String, line: Int)
}
