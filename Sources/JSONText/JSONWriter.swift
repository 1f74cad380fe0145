/// JSON put together from parts that are JSON already, for files whose layout and order are fixed.
package enum JSONWriter {
    /// A text in quotation marks.
    package static func text(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// An object with its members in this order.
    ///
    /// - Parameter indent: how many spaces stand before the line of the closing brace; nil writes all on one line.
    package static func object(_ members: [(name: String, json: String)], indent: Int? = nil) -> String {
        let colon = indent == nil ? ":" : ": "
        return enclosed(members.map { text($0.name) + colon + $0.json }, "{", "}", indent)
    }

    /// - Parameter indent: as of an object.
    package static func list(_ elements: [String], indent: Int? = nil) -> String {
        enclosed(elements, "[", "]", indent)
    }

    private static func enclosed(_ parts: [String], _ start: String, _ end: String, _ indent: Int?) -> String {
        guard let indent, !parts.isEmpty else { return start + parts.joined(separator: ",") + end }
        let outer = "\n" + String(repeating: " ", count: indent)
        return start + outer + "  " + parts.joined(separator: ",\(outer)  ") + outer + end
    }
}
