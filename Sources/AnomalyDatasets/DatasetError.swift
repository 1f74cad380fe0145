/// Why a data set cannot be used.
public enum DatasetError: Error, Hashable, Sendable {
    /// Nothing is there under this name.
    case notFound(root: String)
    /// The root cannot be listed, or is no folder.
    case unreadable(root: String, reason: String)
    /// The folders are those of no known layout.
    case unknownLayout(root: String, folders: [String])
    /// The folders are not those of the layout that was named.
    case otherLayout(root: String, layout: DatasetLayout)
    /// A list of pictures is damaged; the reason names file and line.
    case unreadableList(reason: String)
    /// There are faults, all of them.
    case faulty(root: String, layout: DatasetLayout, [DatasetFault])
    /// No picture is left without the faulty ones.
    case nothingLeft(root: String, layout: DatasetLayout, [DatasetFault])
    /// The name of a class does not say what its pictures show.
    case noObjectName(className: String, layout: DatasetLayout)
}
