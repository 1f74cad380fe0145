import Foundation
import InspectionHTTP
import Testing

struct MultipartFormTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.replacingOccurrences(of: "\n", with: "\r\n").utf8) }

    private let head = "Content-Disposition: form-data; name="

    @Test func `Parts come out with their bytes as they are`() throws {
        let binary: [UInt8] = [0, 13, 10, 45, 45, 255, 13, 10, 45, 45, 120, 121, 13]
        let body =
            bytes("--xyz\n\(head)\"image\"; filename=\"a.png\"\nContent-Type: image/png\n\n") + binary
            + bytes("\n--xyz\n\(head)object\n\nmetal plate\n--xyz\n\(head)\"none\"\n\n\n--xyz--\nepilogue")
        let form = try MultipartForm(body, boundary: "xyz")
        #expect(form.parts.map(\.name) == ["image", "object", "none"])
        #expect(form["image"] == binary)
        #expect(form["object"] == Array("metal plate".utf8))
        #expect(form["none"] == [])
        #expect(form["other"] == nil)
    }

    @Test func `A text before the first part is passed over, and blanks behind a boundary`() throws {
        let form = try MultipartForm(bytes("preamble\n--b \t\n\(head)\"a\"\n\n1\n--b--"), boundary: "b")
        #expect(form["a"] == [49])
    }

    @Test(arguments: [
        ("", MultipartFault.cutOff), ("--b", .cutOff), ("--b\n", .cutOff), ("--b\nContent-Disp", .cutOff),
        ("--b\nHEAD\"a\"\n\n1", .cutOff), ("--b\nHEAD\"a\"\n\n1\n--b", .cutOff),
        ("--c\nHEAD\"a\"\n\n1\n--c--", .cutOff),
        ("--bc\nHEAD\"a\"\n\n1\n--b--", .misplacedText), ("--b\nwithout colon\n\n1\n--b--", .misplacedText),
        ("--b\n\n1\n--b--", .namelessPart), ("--b\nHEAD\"\"\n\n1\n--b--", .namelessPart),
        ("--b\nContent-Disposition: attachment; name=\"a\"\n\n1\n--b--", .namelessPart),
        ("--b\nHEAD\"a\"\n\n1\n--b\nHEAD\"a\"\n\n2\n--b--", .repeatedName("a")),
        ("--b\nHEAD\"a\"\nContent-Transfer-Encoding: base64\n\n1\n--b--", .encodedPart),
        ("--b\nHEAD\"a\"\nContent-Type: multipart/mixed; boundary=c\n\n1\n--b--", .nestedParts),
    ])
    func `A broken form is refused`(text: String, fault: MultipartFault) {
        #expect(throws: fault) {
            try MultipartForm(bytes(text.replacingOccurrences(of: "HEAD", with: head)), boundary: "b")
        }
    }

    @Test func `A form cut at any byte is refused or whole`() throws {
        let whole = bytes("--b\n\(head)\"a\"\n\n1\n--b\n\(head)\"c\"\n\n2\n--b--")
        for count in 0..<whole.count {
            #expect(throws: MultipartFault.cutOff, "\(count)") {
                try MultipartForm(Array(whole[..<count]), boundary: "b")
            }
        }
    }

    @Test func `Forms are bounded`() {
        let long = bytes("--b\nX: \(String(repeating: "y", count: 5000))\n\(head)\"a\"\n\n1\n--b--")
        #expect(throws: MultipartFault.longHeaders) { try MultipartForm(long, boundary: "b") }
        let many = (0..<20).map { "--b\n\(head)\"\($0)\"\n\n1\n" }.joined()
        #expect(throws: MultipartFault.tooManyParts) { try MultipartForm(bytes(many + "--b--"), boundary: "b") }
        #expect(throws: MultipartFault.noBoundary) { try MultipartForm([], boundary: "") }
        #expect(throws: MultipartFault.noBoundary) {
            try MultipartForm([], boundary: String(repeating: "b", count: 71))
        }
    }

    @Test(arguments: [
        ("multipart/form-data; boundary=abc", "abc"), ("Multipart/Form-Data;charset=utf-8; Boundary=\"a b\"", "a b"),
        ("multipart/form-data", nil), ("multipart/mixed; boundary=abc", nil), ("", nil), ("image/png", nil),
    ])
    func `The boundary stands in the header`(header: String, boundary: String?) {
        #expect(MultipartForm.boundary(inContentType: header) == boundary)
    }
}
