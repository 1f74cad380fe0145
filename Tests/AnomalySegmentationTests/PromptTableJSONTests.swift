import Foundation
import Testing

@testable import AnomalySegmentation

@Suite("Files of prompts")
struct PromptTableJSONTests {
    private static let whole = """
        {"name": "screws", "normalStates": ["{}"], "abnormalStates": ["bad {}", "{} with flaw"],
         "templates": ["a {}."], "objectNames": {"m4": "small screw"}}
        """

    private func read(_ text: String) throws(PromptTableError) -> PromptTable {
        try PromptTable(json: text.utf8)
    }

    /// The file with something replaced.
    private func read(_ part: String, _ other: String) throws -> PromptTable {
        #expect(Self.whole.contains(part))
        return try read(Self.whole.replacingOccurrences(of: part, with: other))
    }

    private static func place(_ line: Int, _ column: Int) -> PromptTableError.Place {
        PromptTableError.Place(line: line, column: column)
    }

    @Test("a file is read, whatever its line ends, byte order mark and order")
    func reading() throws {
        let table = try read(Self.whole)
        #expect(table.name == "screws" && table.normalStates == ["{}"] && table.templates == ["a {}."])
        #expect(table.abnormalStates == ["bad {}", "{} with flaw"] && table.objectNames == ["m4": "small screw"])
        #expect(try read("\u{FEFF}" + Self.whole.replacingOccurrences(of: "\n", with: "\r\n") + "\r\n") == table)
        #expect(try read(#", "objectNames": {"m4": "small screw"}"#, "").objectNames.isEmpty)
        #expect(try read("bad {}", #"\"\u00e9\ud83d\ude00\/\t {}"#).abnormalStates[0] == "\"\u{E9}\u{1F600}/\t {}")
        #expect(try read("bad {}", "\u{58DE}\u{308C}\u{305F} {} \u{1F4A5}").abnormalStates[0].count == 8)
    }

    @Test("what is written is read back", arguments: [PromptTable.winCLIP, .aprilGAN])
    func roundTrip(table: PromptTable) throws {
        var table = table
        table.name = "a \"name\" \\ \u{1} \n \u{1F600}"
        table.objectNames = ["pcb1": "board", "a\"b": "c"]
        #expect(try read(table.json) == table)
        // And it is what Foundation takes for JSON of the same table.
        #expect(try JSONDecoder().decode(PromptTable.self, from: Data(table.json.utf8)) == table)
    }

    @Test("a table in a settings file may leave out the names")
    func settings() throws {
        let json = PromptTable.winCLIP.json
        #expect(!json.contains("objectNames"))
        #expect(try JSONDecoder().decode(PromptTable.self, from: Data(json.utf8)) == .winCLIP)
    }

    @Test("nothing is not a table", arguments: ["", " \r\n\t"])
    func empty(text: String) {
        #expect(throws: PromptTableError.empty) { try read(text) }
    }

    @Test("bytes that are no text are placed")
    func notText() {
        for (bytes, place) in [
            (Array("{\n\"na".utf8) + [0xFF, 0x41], Self.place(2, 4)),
            (Array("{\"a\": \"\u{E9}".utf8) + [0], Self.place(1, 9)),
            ([0xFF, 0xFE, 0x7B, 0x00], Self.place(1, 1)), (Array("{\"".utf8) + [0xC3], Self.place(1, 3)),
        ] {
            #expect(throws: PromptTableError.notText(place)) { try PromptTable(json: bytes) }
        }
    }

    @Test(
        "other JSON than this is placed",
        arguments: [
            ("[]", 1, 1, "{"), ("{", 1, 2, "a key in quotes"), ("{\"name\" 3}", 1, 9, "a colon"),
            ("{\"name\": }", 1, 10, "a text in quotes"), ("{\"name\": \"a\"", 1, 13, "a comma or }"),
            ("{\"name\": \"a\",}", 1, 14, "a key in quotes"), ("{\"templates\": [\"{}\",]}", 1, 21, "a text in quotes"),
            ("{\"templates\": [\"{}\"}", 1, 20, "a comma or ]"), ("{\"name\": \"a", 1, 12, "a quote"),
            ("{\"name\":\n \"a\nb\"}", 2, 4, "a quote, or \\n for a new line"),
            ("{\"name\": \"\\x\"}", 1, 12, "an escaped character"), ("{\"name\": \"\\", 1, 12, "an escaped character"),
            ("{\"name\": \"\\u12g4\"}", 1, 12, "u and four hexadecimal digits"),
            ("{\"name\": \"\\ud800\"}", 1, 17, "both halves of a character"),
            ("{\"name\": NaN}", 1, 10, "a text in quotes"),
            ("{\"objectNames\": {3: \"a\"}}", 1, 18, "a name in quotes"),
        ])
    func malformed(text: String, line: Int, column: Int, expected: String) {
        #expect(throws: PromptTableError.malformed(Self.place(line, column), expected: expected)) { try read(text) }
    }

    @Test("anything behind the table is refused")
    func behind() {
        #expect(throws: PromptTableError.malformed(Self.place(3, 1), expected: "the end of the file")) {
            try read(Self.whole + "\n{}")
        }
    }

    @Test("a value of another kind is named with what is expected")
    func kinds() {
        for (value, key, expected) in [
            ("3", "name", "a text in quotes"), ("null", "name", "a text in quotes"),
            ("[\"{}\"]", "name", "a text in quotes"),
            ("\"{}\"", "templates", "a list of texts in brackets"),
            ("-1e999", "templates", "a list of texts in brackets"),
            ("[\"a\"]", "objectNames", "names and texts in braces"),
        ] {
            #expect(throws: PromptTableError.unexpectedKind(Self.place(1, key.count + 6), key: key, expected: expected))
            {
                try read("{\"\(key)\": \(value)}")
            }
        }
        #expect(
            throws: PromptTableError.unexpectedKind(Self.place(1, 16), key: "templates", expected: "a text in quotes")
        ) {
            try read("{\"templates\": [[[[[[[[")
        }
        #expect(throws: PromptTableError.unexpectedKind(Self.place(1, 23), key: "m4", expected: "a text in quotes")) {
            try read("{\"objectNames\": {\"m4\":4}}")
        }
    }

    @Test("keys that are unknown, twice there or missing are named")
    func keys() {
        for (key, nearest) in [("template", "templates"), ("Normalstates", "normalStates"), ("states", nil), ("", nil)]
        {
            #expect(throws: PromptTableError.unknownKey(Self.place(1, 2), key: key, nearest: nearest)) {
                try read("{\"\(key)\": 3}")
            }
        }
        #expect(throws: PromptTableError.duplicateKey(Self.place(1, 15), key: "name")) {
            try read(#"{"name": "a", "n\u0061me": "b"}"#)
        }
        #expect(throws: PromptTableError.duplicateKey(Self.place(1, 30), key: "m4")) {
            try read(#"{"objectNames": {"m4": "a",  "m4": "b"}}"#)
        }
        #expect(throws: PromptTableError.missingKey("name")) { try read("{}") }
        #expect(throws: PromptTableError.missingKey("abnormalStates")) {
            try read(#""abnormalStates": ["bad {}", "{} with flaw"],"#, "")
        }
    }

    @Test("lists without entries, patterns without their place and names without letters are refused")
    func values() {
        #expect(throws: PromptTableError.emptyList(Self.place(2, 15), key: "templates")) {
            try read(#"["a {}."]"#, "[ ]")
        }
        for pattern in ["", "photo", "{} of {}", "{ }"] {
            #expect(throws: PromptTableError.unusablePattern(Self.place(2, 16), key: "templates", pattern: pattern)) {
                try read("a {}.", pattern)
            }
        }
        #expect(throws: PromptTableError.emptyName(Self.place(2, 42), key: "m4")) { try read("small screw", " ") }
    }

    private func expectRefusal(of table: PromptTable, field: String) {
        let error = #expect(throws: AnomalySegmentationError.self) { try table.validate() }
        guard case .invalidConfiguration(field, _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("more sentences than could be meant are refused")
    func size() throws {
        let many = (0..<400).map { "\"{} \($0)\"" }.joined(separator: ",")
        let large = Self.whole.replacingOccurrences(of: "\"bad {}\"", with: many)
            .replacingOccurrences(of: "\"a {}.\"", with: many)
        #expect(throws: PromptTableError.tooManySentences(limit: 100_000)) { try read(large) }
        #expect(throws: PromptTableError.tooLarge(bytes: 16_000_001, limit: 16_000_000)) {
            try PromptTable(json: [UInt8](repeating: 0x7B, count: 16_000_001))
        }
        var table = PromptTable.winCLIP
        table.templates = [String](repeating: "{}", count: 20_000)
        expectRefusal(of: table, field: "text.table")
        table = .winCLIP
        table.objectNames = ["a": " "]
        expectRefusal(of: table, field: "text.table.objectNames")
    }

    @Test("files cut anywhere or with any byte changed are read or refused, never a trap")
    func damaged() {
        let bytes = Array(Self.whole.utf8)
        for end in bytes.indices {
            #expect(throws: PromptTableError.self) { try PromptTable(json: bytes[..<end]) }
            for other: UInt8 in [0x00, 0x22, 0x2C, 0x5B, 0x5C, 0x5D, 0x75, 0x7B, 0x7D, 0x80, 0xF4] {
                var changed = bytes
                changed[end] = other
                _ = try? PromptTable(json: changed)
            }
        }
    }

    @Test("every error says where and what to do")
    func messages() {
        let place = Self.place(2, 7)
        let needed = #""name", "normalStates", "abnormalStates", "templates""#
        let said: [(PromptTableError, String)] = [
            (.empty, "the file of prompts is empty: write a JSON object with the keys \(needed)"),
            (
                .tooLarge(bytes: 20, limit: 10),
                "the file of prompts has 20 bytes, and 10 are possible: is it the right file?"
            ),
            (.notText(place), "line 2, column 7: this is not UTF-8 text: save the file of prompts as UTF-8"),
            (.malformed(place, expected: "a colon"), "line 2, column 7: this is not JSON: a colon should stand here"),
            (.duplicateKey(place, key: "name"), #"line 2, column 7: "name" stands twice: keep one of them"#),
            (
                .unknownKey(place, key: "template", nearest: "templates"),
                #"line 2, column 7: there is no key "template": did you mean "templates"?"#
            ),
            (
                .unknownKey(place, key: "x", nearest: nil),
                #"line 2, column 7: there is no key "x": known are \#(needed), "objectNames""#
            ),
            (
                .unexpectedKind(place, key: "name", expected: "a text in quotes"),
                #"line 2, column 7: "name" takes a text in quotes"#
            ),
            (.missingKey("name"), #"the file of prompts lacks "name": it needs \#(needed)"#),
            (
                .emptyList(place, key: "templates"),
                #"line 2, column 7: "templates" is empty: it takes at least one entry"#
            ),
            (
                .unusablePattern(place, key: "templates", pattern: "a"),
                #"line 2, column 7: in "templates", {} should stand exactly once in "a""#
            ),
            (
                .emptyName(place, key: "m4"),
                #"line 2, column 7: the name for "m4" is empty: write what the sentences should say"#
            ),
            (
                .tooManySentences(limit: 5),
                "the prompts make more than 5 sentences for a state: leave out states or templates"
            ),
        ]
        for (error, message) in said { #expect("\(error)" == message) }
    }
}
