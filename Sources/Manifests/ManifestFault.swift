/// What is wrong with a line of a manifest or of a list, or with a manifest as a whole.
package enum ManifestFault: Hashable, Sendable {
    case notUTF8(byteOffset: Int)
    case zeroByte
    /// No JSON object, or a fault in one.
    case notJSON(byteOffset: Int)
    case missingKey(String)
    /// A value of another type, or a size that is no whole number.
    case wrongValue(key: String)
    /// The same member or column twice.
    case duplicateKey(String)

    // The first line.
    case noHeader
    case unknownSchema(version: Int)

    // Ids and paths.
    case emptyID
    /// An id that is no path below the output folder: absolute, or with an empty, `.` or `..` part.
    case idLeavesOutput(id: String)
    case pathLeavesRoot(path: String)
    case duplicateID(id: String)
    case notSorted(id: String, after: String)
    /// One picture's results would lie inside the other's folder.
    case idInside(id: String, outer: String)

    // CSV.
    case openQuote
    case textBehindQuote
    case fieldCount(found: Int, expected: Int)

    // The whole.
    case noItems
    case countDiffers(found: Int, stated: Int)
    case digestDiffers
}
