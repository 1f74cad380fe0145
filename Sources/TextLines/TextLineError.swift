/// Why a file of lines cannot be read.
package enum TextLineError: Error, Hashable, Sendable {
    /// The system's error number says why.
    case unreadable(path: String, code: Int32)
    /// A pipe, a device or a folder.
    case notRegularFile(path: String)
    case lineTooLong(path: String, number: Int, limitBytes: Int)
    case fileTooLong(path: String, limitBytes: Int)
    /// A zero byte, or bytes that are no UTF-8.
    case notText(path: String, number: Int, column: Int)
}
