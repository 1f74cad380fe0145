import Testing
import UnicodeRepair

/// Texts with what ftfy's `fix_text` makes of them. Ten thousand lines more go through the tokenizer's tests.
@Suite("repair of text")
struct TextRepairTests {
    private func repaired(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        result.append(contentsOf: TextRepair.repaired(Array(text.unicodeScalars)))
        return String(result)
    }

    /// Equality of strings takes composed and decomposed letters for the same; scalars tell them apart.
    private func expect(_ text: String, becomes expected: String) {
        let found = repaired(text)
        #expect(
            Array(found.unicodeScalars) == Array(expected.unicodeScalars),
            "\(text.debugDescription): \(found.debugDescription), expected \(expected.debugDescription)")
    }

    @Test(
        "UTF-8 that was decoded as another encoding, also twice, is decoded as it was meant",
        arguments: [
            ("sch\u{C3}\u{B6}n", "sch\u{F6}n"), ("\u{E2}\u{153}\u{201D} No problems", "\u{2714} No problems"),
            (
                "The Mona Lisa doesn\u{C3}\u{192}\u{C2}\u{A2}\u{C3}\u{A2}\u{E2}\u{20AC}\u{161}\u{C2}\u{AC}"
                    + "\u{C3}\u{A2}\u{E2}\u{20AC}\u{17E}\u{C2}\u{A2}t have eyebrows.",
                "The Mona Lisa doesn't have eyebrows."
            ),
        ])
    func mojibake(text: String, expected: String) { expect(text, becomes: expected) }

    @Test(
        "text that only looks unusual stays as it is",
        arguments: ["sch\u{F6}n", "na\u{EF}ve \u{2014} \u{20AC}5", "\u{65E5}\u{672C}"])
    func sound(text: String) { expect(text, becomes: text) }

    @Test("HTML references are resolved, but not from a line with a tag on")
    func references() {
        expect("l&eacute;gume &#233; &#xE9;", becomes: "l\u{E9}gume \u{E9} \u{E9}")
        expect("P&EACUTE;REZ", becomes: "P\u{C9}REZ")
        expect("&eacute;\n<b>&eacute;</b>\n&eacute;", becomes: "\u{E9}\n<b>&eacute;</b>\n&eacute;")
    }

    @Test("ligatures and wide letters are taken apart, quotation marks straightened")
    func simplified() {
        expect("\u{FB01}ne \u{FF2C}\u{FF2F}\u{FF35}\u{FF24}", becomes: "fine LOUD")
        expect("\u{201C}it\u{2019}s\u{201D}", becomes: "\"it's\"")
    }

    @Test("terminal escapes and control characters go, line breaks become one kind")
    func controls() {
        expect("\u{1B}[31mred\u{1B}[0m\u{7}\u{FEFF}", becomes: "red")
        expect("a\r\nb\rc\u{2028}d", becomes: "a\nb\nc\nd")
    }

    @Test("letters are composed with their marks, whatever order the marks come in")
    func composed() {
        expect("e\u{301}", becomes: "\u{E9}")
        expect("q\u{307}\u{323}", becomes: "q\u{323}\u{307}")
        expect("\u{1112}\u{1161}\u{11AB}", becomes: "\u{D55C}")
    }

    @Test("white space is what Python takes for it")
    func spaces() {
        for value: UInt32 in [0x20, 0x1C, 0x1F, 0x85, 0xA0, 0x2003] {
            #expect(Unicode.Scalar(value)?.isPythonSpace == true, "\(value)")
        }
        for value: UInt32 in [0x21, 0x1B, 0x200B] { #expect(Unicode.Scalar(value)?.isPythonSpace == false, "\(value)") }
    }
}
