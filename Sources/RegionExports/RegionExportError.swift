package import TextLines
package import WholeFiles

/// Why a file about regions was not written. What stood under its name is as it was.
package enum RegionExportError: Error {
    case unreadable(TextLineError)
    /// A line of the results that is no record of this program.
    case damagedLine(file: String, number: Int, reason: String)
    case unwritable(WholeFileError)
}
