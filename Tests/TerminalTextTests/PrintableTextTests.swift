import TerminalText
import Testing

@Suite("text for a terminal")
struct PrintableTextTests {
    @Test(
        "characters that steer a terminal or turn the direction of writing are written out",
        arguments: [0...0x1F, 0x7F...0x9F, 0x200E...0x200F, 0x2028...0x202E, 0x2060...0x2064, 0x2066...0x2069]
            as [ClosedRange<UInt32>])
    func escaped(range: ClosedRange<UInt32>) throws {
        for value in range {
            let scalar = try #require(Unicode.Scalar(value))
            #expect(printable("a\(Character(scalar))b") == "a\\u{\(String(value, radix: 16))}b")
        }
    }

    @Test("all other characters stay as they are", arguments: ["", "a b/c.png", "\u{E9}\u{65E5}\u{1F600}", "\\u{1b}"])
    func kept(text: String) {
        #expect(printable(text) == text)
    }

    @Test("a long text is cut, and the cut shows")
    func cut() {
        #expect(printable("abcdef", limit: 6) == "abcdef")
        #expect(printable("abcdefg", limit: 6) == "abcdef...")
        #expect(printable("\n\n", limit: 1) == "\\u{a}...")
    }
}
