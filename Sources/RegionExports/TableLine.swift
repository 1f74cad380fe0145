/// A line of a table as RFC 4180 has it, for all tables that Vitrine writes.
package enum TableLine {
    /// The line with its end, CR and LF.
    ///
    /// - Parameter cells: numbers, and texts that went through ``cell(_:)``.
    package static func text(_ cells: [String]) -> String { cells.joined(separator: ",") + "\r\n" }

    /// A text as a cell: in quotation marks where RFC 4180 asks for them.
    ///
    /// Programs for tables take a cell that begins with one of `= + - @`, a tab or a carriage return for a formula. Such a
    /// text gets an apostrophe in front, and so does one that has one already: who reads the cell takes one off.
    package static func cell(_ text: String) -> String {
        var safe = text
        if let first = text.unicodeScalars.first, "=+-@\t\r'".unicodeScalars.contains(first) { safe = "'" + text }
        guard safe.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return safe }
        var quoted = "\""
        for scalar in safe.unicodeScalars {
            if scalar == "\"" { quoted += "\"" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
