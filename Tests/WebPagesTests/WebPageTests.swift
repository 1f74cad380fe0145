import Foundation
import JSONText
import Testing

@testable import WebPages

@Suite("pages in one file")
struct WebPageTests {
    private let page = WebPage.inspection(title: "a <b> & \"c\"", maker: "vitrine inspect")

    @Test(
        "each page holds all that it needs, and names nothing outside", arguments: ["inspect", "evaluate"])
    func whole(command: String) throws {
        let pages = [
            "inspect": WebPage.inspection(title: "a <b> & \"c\"", maker: "vitrine inspect"),
            "evaluate": WebPage.evaluation(title: "a <b> & \"c\"", maker: "vitrine evaluate"),
        ]
        let page = try #require(pages[command])
        let text = String(decoding: page.html(data: "{}"), as: UTF8.self)
        #expect(text.hasPrefix("<!DOCTYPE html>") && text.hasSuffix("</html>\n"))
        #expect(text.contains("<title>a &lt;b&gt; &amp; &quot;c&quot;</title>"))
        for outside in ["http://", "https://", "//cdn", "src=", "@import", "url("] {
            #expect(!text.contains(outside), "\(outside)")
        }
        #expect(text.contains("default-src 'none'") && text.contains("prefers-color-scheme: dark"))
        // Every name that a script looks for stands in the body.
        let looked = text.matches(of: /(?:byId|fill|choices|slider|facts)\("([a-z-]+)"/).map { String($0.output.1) }
        #expect(looked.count > 30)
        for name in Set(looked) { #expect(text.contains("id=\"\(name)\""), "\(name)") }
        #expect(Set(text.matches(of: /id="([^"]+)"/).map(\.output.1)).count == text.matches(of: /id="([^"]+)"/).count)
    }

    @Test("no text of the data can end the script that holds it")
    func scripts() throws {
        let evil = #"{"name":"</script><script>alert(1)</script>"}"#
        let text = String(decoding: page.html(data: evil), as: UTF8.self)
        let start = try #require(text.range(of: "id=\"page-data\">")).upperBound
        let data = text[start...].prefix { $0 != "<" }
        #expect(try JSONValue.members(of: Array(data.utf8)) == JSONValue.members(of: Array(evil.utf8)))
        #expect(text[start...].dropFirst(data.count).hasPrefix("</script>"))
    }

    @Test("a page in pieces is the whole, with blocks between that no text can end")
    func pieces() throws {
        let block = WebPage.block("picture-0", json: #"{"name":"</script>"}"#.utf8)
        let whole = page.html(data: "{}")
        #expect(page.start(data: "{}") + page.end == whole)
        let text = String(decoding: page.start(data: "{}") + block + page.end, as: UTF8.self)
        #expect(text.contains(#"id="picture-0">{"name":"\u003c/script>"}</script>"#))
    }

    @Test("a page is told by its maker")
    func makers() {
        let start = page.html(data: "{}").prefix(1024)
        #expect(WebPage.isOne(start, by: "vitrine inspect") && !WebPage.isOne(start, by: "vitrine"))
        #expect(!WebPage.isOne(Array("<!DOCTYPE html><html>".utf8), by: "vitrine inspect"))
        #expect(!WebPage.isOne([0xFF, 0x00], by: "vitrine inspect") && !WebPage.isOne([], by: "vitrine inspect"))
    }

    @Test("bytes as text are Foundation's")
    func base64() {
        for count in [0, 1, 2, 3, 4, 255, 256] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) }
            #expect(Base64.text(of: bytes) == Data(bytes).base64EncodedString())
        }
    }

    @Test("numbers come back within half a step, those outside at the ends")
    func numbers() throws {
        let values: [Float] = [-2, -1, -0.995, 0, 0.3, 1, 7, .nan, .infinity, -.infinity]
        let found = PageNumbers(values, shape: [2, 5], low: -1, high: 1)
        let bytes = [UInt8](try #require(Data(base64Encoded: found.base64)))
        let back = bytes.map { -1 + Float($0) * 2 / 255 }
        for (value, back) in zip(values, back).prefix(7) { #expect(abs(min(max(value, -1), 1) - back) <= 1.001 / 255) }
        #expect(bytes.suffix(3) == [0, 255, 0] && found.shape == [2, 5])
        #expect(Data(base64Encoded: PageNumbers([1, 2], shape: [2], low: 3, high: 3).base64) == Data([0, 0]))
        let exact = PageNumbers(exactly: [1.5, -0.1], shape: [2])
        let raw = [UInt8](try #require(Data(base64Encoded: exact.base64)))
        #expect(raw.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 4, as: Float.self) } == -0.1 && raw.count == 8)
    }
}
