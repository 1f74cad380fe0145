package import TextLines

/// Why a manifest or a list cannot be used, or cannot be made.
package enum ManifestError: Error, Hashable, Sendable {
    /// The file itself cannot be read.
    case file(TextLineError)
    case line(path: String, number: Int, ManifestFault)
    case whole(path: String, ManifestFault)
    /// What the list names and is not there, all of it.
    case missingFiles(path: String, [String])
}
