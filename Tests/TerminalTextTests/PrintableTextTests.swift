import TerminalText
import Testing

@Suite("text for a terminal")
struct PrintableTextTests {
    @Test(
        "characters that steer a terminal or turn the direction of writing are written out",
        arguments: [
            0...0x1F, 0x7F...0x9F, 0xAD...0xAD, 0x34F...0x34F, 0x61C...0x61C, 0x115F...0x1160, 0x180E...0x180E,
            0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2064, 0x2066...0x2069, 0x3164...0x3164, 0xFE00...0xFE0F,
            0xFEFF...0xFEFF, 0xFFF9...0xFFFB, 0xE0001...0xE0001, 0xE0020...0xE007F,
        ]
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
