/// A picture of a manifest.
package struct ManifestItem: Hashable, Sendable {
    /// What its results are called under the output folder: a relative path, compared by its bytes.
    package var id: String
    /// Where it is, below the root, as bytes: file names need not be UTF-8.
    package var path: [UInt8]
    package var sizeBytes: Int
    package var className: String?
    /// The file of its true mask, below the root.
    package var mask: [UInt8]?
    package var label: String?

    package init(
        id: String, path: [UInt8], sizeBytes: Int, className: String? = nil, mask: [UInt8]? = nil, label: String? = nil
    ) {
        (self.id, self.path, self.sizeBytes) = (id, path, sizeBytes)
        (self.className, self.mask, self.label) = (className, mask, label)
    }
}

extension String {
    /// The order of ids and names: that of their bytes. Swift's own order takes two spellings of one character for equal.
    package func precedesByBytes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
