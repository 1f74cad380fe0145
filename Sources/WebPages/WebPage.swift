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
                PackageResources.shell_js, PackageResources.reasons_js, PackageResources.patches_js,
                PackageResources.lens_js, PackageResources.decoder_js, PackageResources.method_js,
            ])
    }

    /// The page of an evaluation: table, curves, pictures.
    ///
    /// Each picture has a block of its own, `picture-0` and so on, so that none is read before it is looked at.
    package static func evaluation(title: String, maker: String) -> WebPage {
        WebPage(
            title: title, maker: maker, styles: [PackageResources.shell_css, PackageResources.evaluation_css],
            body: PackageResources.evaluation_html,
            scripts: [
                PackageResources.shell_js, PackageResources.reasons_js, PackageResources.measures_js,
                PackageResources.curves_js,
                PackageResources.gallery_js, PackageResources.trace_js,
            ])
    }

    /// The whole file.
    ///
    /// - Parameter json: the data, one JSON object.
    package func html(data json: String) -> [UInt8] { start(data: json) + end }

    // MARK: In pieces

    /// The file up to where further blocks may follow.
    ///
    /// - Parameter json: the data that the page needs at once, one JSON object.
    package func start(data json: String) -> [UInt8] {
        styles.reduce(Array(head.utf8)) { $0 + Self.tag("style", $1) } + Array("</head>\n<body>\n".utf8) + body
            + Self.block("page-data", json: json.utf8)
    }

    /// Further data of the page, which a script reads when it is wanted.
    ///
    /// - Parameters:
    ///   - id: by which the script finds it; letters, digits and hyphens.
    ///   - json: one JSON object.
    package static func block(_ id: String, json: some Collection<UInt8>) -> [UInt8] {
        Array("<script type=\"application/json\" id=\"\(id)\">".utf8) + withoutTags(json)
            + Array("</script>\n".utf8)
    }

    /// What stands behind all blocks.
    package var end: [UInt8] {
        scripts.reduce([]) { $0 + Self.tag("script", $1) } + Array("</body>\n</html>\n".utf8)
    }

    private static func tag(_ name: String, _ content: [UInt8]) -> [UInt8] {
        Array("<\(name)>\n".utf8) + content + Array("</\(name)>\n".utf8)
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
    private static func withoutTags(_ json: some Collection<UInt8>) -> [UInt8] {
        let escape = Array("\\u003c".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(json.count)
        for byte in json {
            if byte == UInt8(ascii: "<") { bytes += escape } else { bytes.append(byte) }
        }
        return bytes
    }
}
