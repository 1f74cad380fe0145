#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Why an output folder, or a result in it, cannot be used.
package enum OutputFolderError: Error, Hashable, Sendable {
    /// What stands in a result's place without being a result.
    package enum Stranger: Hashable, Sendable {
        case file
        case link
        /// A folder without the mark of a result.
        case folder
        /// A result's folder that holds something else besides: the first such name.
        case resultWith(name: String)
    }

    /// Something that Vitrine did not write stands where a result would go. It is left as it is.
    case stranger(path: String, Stranger)
    /// Another process writes to the folder; `owner` is what it wrote into its lock.
    case inUse(path: String, owner: String)
    /// The output folder was removed or replaced while results were being written.
    case removed(path: String)
    /// A call of the system failed with the error number `code`.
    case failed(path: String, operation: String, code: Int32)

    /// Whether only one result cannot be written, because of its name, and others can.
    package var isOfOneResult: Bool {
        if case .failed(_, _, ENAMETOOLONG) = self { true } else { false }
    }
}
