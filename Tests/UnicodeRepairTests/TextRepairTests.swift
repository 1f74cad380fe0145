import Testing
import UnicodeRepair

/// Texts with what ftfy's `fix_text` makes of them. Ten thousand lines more go through the tokenizer's tests.
@Suite("repair of text")
struct TextRepairTests {
    @Test(
        "each kind of damage is repaired, and nothing else changes",
        arguments: [
            // UTF-8 that was decoded as another encoding, once and three times.
            ("sch\u{C3}\u{B6}n", "sch\u{F6}n"), ("\u{E2}\u{153}\u{201D} No problems", "\u{2714} No problems"),
            (
                "The Mona Lisa doesn\u{C3}\u{192}\u{C2}\u{A2}\u{C3}\u{A2}\u{E2}\u{20AC}\u{161}\u{C2}\u{AC}"
                    + "\u{C3}\u{A2}\u{E2}\u{20AC}\u{17E}\u{C2}\u{A2}t have eyebrows.",
                "The Mona Lisa doesn't have eyebrows."
            ),
            // HTML references, but not from a line with a tag on.
            ("l&eacute;gume &#233; &#xE9;", "l\u{E9}gume \u{E9} \u{E9}"), ("P&EACUTE;REZ", "P\u{C9}REZ"),
            ("&eacute;\n<b>&eacute;</b>\n&eacute;", "\u{E9}\n<b>&eacute;</b>\n&eacute;"),
            // Ligatures, wide letters, quotation marks.
            ("\u{FB01}ne \u{FF2C}\u{FF2F}\u{FF35}\u{FF24}", "fine LOUD"), ("\u{201C}it\u{2019}s\u{201D}", "\"it's\""),
            // Terminal escapes, control characters, line breaks.
            ("\u{1B}[31mred\u{1B}[0m\u{7}\u{FEFF}", "red"), ("a\r\nb\rc\u{2028}d", "a\nb\nc\nd"),
            // Letters and their marks, whatever order the marks come in.
            ("e\u{301}", "\u{E9}"), ("q\u{307}\u{323}", "q\u{323}\u{307}"), ("\u{1112}\u{1161}\u{11AB}", "\u{D55C}"),
            // Text that only looks unusual.
            ("sch\u{F6}n", "sch\u{F6}n"), ("na\u{EF}ve \u{2014} \u{20AC}5", "na\u{EF}ve \u{2014} \u{20AC}5"),
        ])
    func repaired(text: String, expected: String) {
        var found = String.UnicodeScalarView()
        found.append(contentsOf: TextRepair.repaired(Array(text.unicodeScalars)))
        // Equality of strings takes composed and decomposed letters for the same; scalars tell them apart.
        #expect(Array(found) == Array(expected.unicodeScalars), "\(String(found).debugDescription)")
    }

    @Test("white space is what Python takes for it")
    func spaces() {
        for value: UInt32 in [0x20, 0x1C, 0x1F, 0x85, 0xA0, 0x2003] {
            #expect(Unicode.Scalar(value)?.isPythonSpace == true, "\(value)")
        }
        for value: UInt32 in [0x21, 0x1B, 0x200B] { #expect(Unicode.Scalar(value)?.isPythonSpace == false, "\(value)") }
    }
}
