/// Text from outside (file names, names in files, reasons of the system) made safe for a terminal and for one line.
///
/// Control characters, line separators and characters without a shape of their own become `\u{..}`: the first could move
/// the cursor or colour the screen, the last could turn the direction of writing (U+202E and its kind), or be seen by
/// nobody, and so show another name than the one that is there.
///
/// - Parameters:
///   - text: anything.
///   - limit: how many characters (Unicode scalars) are kept; three points show that there were more.
package func printable(_ text: String, limit: Int = .max) -> String {
    var result = ""
    for (index, scalar) in text.unicodeScalars.enumerated() {
        if index == limit { return result + "..." }
        if isShown(scalar) {
            result.unicodeScalars.append(scalar)
        } else {
            result += "\\u{\(String(scalar.value, radix: 16))}"
        }
    }
    return result
}

private func isShown(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value >= 0x20 && scalar.value < 0x7F }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: return false
    // Fillers, joiners and selectors of variants, whatever category they have.
    default: return !scalar.properties.isDefaultIgnorableCodePoint
    }
}
