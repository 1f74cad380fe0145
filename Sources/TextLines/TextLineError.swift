/// Why a file of lines cannot be read.
package enum TextLineError: Error, Hashable, Sendable {
    /// The system's error number says why.
    case unreadable(path: String, code: Int32)
    /// A pipe, a device or a folder.
    case notRegularFile(path: String)
    case lineTooLong(path: String, number: Int, limitBytes: Int)
}
