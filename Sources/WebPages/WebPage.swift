/// A page in one file: it needs no network, is light or dark as its reader's system is, and fits a phone.
///
/// Styles, scripts and the body are files of this module, kept in the program. What the page shows travels in it as JSON.
package struct WebPage {
    /// What stands in the browser's tab.
    package let title: String
    /// Which command makes such pages, for example `vitrine inspect`.
    package let maker: String
    private let styles: [[UInt8]]
    private let body: [UInt8]
    private let scripts: [[UInt8]]

    /// The page of one picture seen from inside.
    package static func inspection(title: String, maker: String) -> WebPage {
        WebPage(
            title: title, maker: maker, styles: [PackageResources.shell_css, PackageResources.inspection_css],
            body: PackageResources.inspection_html,
            scripts: [
                PackageResources.shell_js, PackageResources.patches_js, PackageResources.lens_js,
                PackageResources.method_js,
            ])
    }

    /// The whole file.
    ///
    /// - Parameter json: the data, one JSON object.
    package func html(data json: String) -> [UInt8] {
        var page = Array(head.utf8)
        func tag(_ name: String, _ content: [UInt8]) {
            page += Array("<\(name)>\n".utf8) + content + Array("</\(name)>\n".utf8)
        }
        for style in styles { tag("style", style) }
        page += Array("</head>\n<body>\n".utf8) + body
        page += Array("<script type=\"application/json\" id=\"page-data\">".utf8)
        page += Self.withoutTags(json) + Array("</script>\n".utf8)
        for script in scripts { tag("script", script) }
        return page + Array("</body>\n</html>\n".utf8)
    }

    private var head: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="generator" content="\(Self.escaped(maker))">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src \
        'unsafe-inline'; img-src data:">
        <title>\(Self.escaped(title))</title>

        """
    }

    /// Whether the start of a file is that of a page by a maker.
    package static func isOne(_ start: some Collection<UInt8>, by maker: String) -> Bool {
        let text = String(decoding: start, as: UTF8.self)
        return text.hasPrefix("<!DOCTYPE html>")
            && text.contains("<meta name=\"generator\" content=\"\(escaped(maker))\">")
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.append(character)
            }
        }
    }

    /// JSON in which no text can end the script that holds it: `<` occurs in texts alone, where it may be written as an
    /// escape.
    private static func withoutTags(_ json: String) -> [UInt8] {
        let escape = Array("\\u003c".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(json.utf8.count)
        for byte in json.utf8 {
            if byte == UInt8(ascii: "<") { bytes += escape } else { bytes.append(byte) }
        }
        return bytes
    }
}
