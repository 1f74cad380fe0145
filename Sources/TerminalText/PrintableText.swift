/// Text from outside (file names, names in files, reasons of the system) made safe for a terminal and for one line.
///
/// Control characters, line separators and invisible formatting characters become `\u{..}`: the first could move the
/// cursor or colour the screen, the last could turn the direction of writing (U+202E and its kind) and so show another
/// name than the one that is there.
///
/// - Parameters:
///   - text: anything.
///   - limit: how many characters (Unicode scalars) are kept; three points show that there were more.
package func printable(_ text: String, limit: Int = .max) -> String {
    var result = ""
    for (index, scalar) in text.unicodeScalars.enumerated() {
        if index == limit { return result + "..." }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: result += "\\u{\(String(scalar.value, radix: 16))}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
