import JSONText
import Testing

@Suite("JSON in")
struct JSONReaderTests {
    private func error(_ json: String, depthLimit: Int = 17) -> JSONError? {
        do throws(JSONError) {
            _ = try JSONValue.members(of: Array(json.utf8), depthLimit: depthLimit)
        } catch {
            return error
        }
        return nil
    }

    @Test("values of every kind are read")
    func values() throws {
        let json = #" {"a": "s\u00e9\ud83d\ude00\n\/", "b":[1,-2.5e1, true,false ,null],"c":{"d":{}}, "e":[] }"# + "\n"
        #expect(
            try JSONValue.members(of: Array(json.utf8)) == [
                "a": .text("s\u{E9}\u{1F600}\n/"),
                "b": .list([.number(1), .number(-25), .boolean(true), .boolean(false), .null]),
                "c": .object(["d": .object([:])]), "e": .list([]),
            ])
    }

    @Test(
        "a fault is found at its byte",
        arguments: [
            ("", .endsEarly(.openingBrace), 0), ("[1]", .unexpected(.openingBrace), 0), ("{", .endsEarly(.name), 1),
            ("{}x", .trailingText, 2), (#"{"a" 1}"#, .unexpected(.colon), 5), (#"{"a":}"#, .unexpected(.value), 5),
            (#"{"a":"#, .endsEarly(.value), 5), (#"{"a":1,}"#, .unexpected(.name), 7),
            (#"{"a":1 2}"#, .unexpected(.commaOrClosingBrace), 7), (#"{"a":[1,]}"#, .unexpected(.value), 8),
            (#"{"a":[1"#, .endsEarly(.commaOrClosingBracket), 7), (#"{"a":"b"#, .endsEarly(.closingQuote), 7),
            (#"{"a":tru}"#, .unexpected(.value), 5), (#"{"a":1e999}"#, .unexpected(.value), 5),
            (#"{"a":"\"#, .endsEarly(.escapedCharacter), 7), (#"{"a":"\x"}"#, .unknownEscape, 7),
            (#"{"a":"\u12"}"#, .incompleteEscape, 8), (#"{"a":"\u12g4"}"#, .incompleteEscape, 8),
            (#"{"a":"\ud800"}"#, .halfCharacter, 12), (#"{"a":"\udc00"}"#, .halfCharacter, 12),
            (#"{"a":"\ud800\u0041"}"#, .halfCharacter, 18), ("{\"a\":\"b\n\"}", .controlCharacter, 7),
        ] as [(String, JSONFault, Int)])
    func faults(json: String, fault: JSONFault, byteOffset: Int) {
        #expect(error(json) == JSONError(fault, byteOffset: byteOffset))
    }

    @Test("bytes that are not UTF-8 are found where they stand")
    func encoding() {
        for (bytes, byteOffset) in [
            (Array("{\"\u{E9}".utf8) + [0xFF], 4), ([0xFE], 0), (Array("{\"".utf8) + [0xC3], 2),
        ] {
            #expect(throws: JSONError(.notUTF8, byteOffset: byteOffset)) { try JSONValue.members(of: bytes) }
        }
    }

    @Test("nesting is bounded, and so is the length of a name")
    func limits() {
        #expect(error(#"{"a":[[1]]}"#, depthLimit: 4) == nil)
        #expect(error(#"{"a":[[1]]}"#, depthLimit: 3) == JSONError(.nestedTooDeep, byteOffset: 7))
        #expect(error(String(repeating: #"{"a":"#, count: 100_000))?.fault == .nestedTooDeep)
        var reader = JSONReader(Array("\"abcd\"".utf8)) { JSONError($0, byteOffset: $1) }
        #expect(throws: JSONError(.textTooLong(limitBytes: 3), byteOffset: 5)) { try reader.string(limitBytes: 3) }
    }

    @Test("whole numbers have one spelling and fit every implementation")
    func integers() throws {
        for (text, expected) in [
            ("0]", 0), ("9007199254740992,", 1 << 53), (" 12 ,", 12), ("9007199254740993]", nil), ("01]", nil),
            ("-1]", nil), ("1.0]", nil), ("1e3]", nil), ("x]", nil), (String(repeating: "9", count: 400) + "]", nil),
        ] as [(String, Int?)] {
            var reader = JSONReader(Array(text.utf8)) { JSONError($0, byteOffset: $1) }
            var found: Int?
            if case .value(let value) = try reader.integer() { found = value }
            #expect(found == expected, "\(text)")
        }
        var reader = JSONReader(Array("12".utf8)) { JSONError($0, byteOffset: $1) }
        #expect(throws: JSONError(.endsEarly(.number), byteOffset: 2)) { try reader.integer() }
    }

    @Test("texts cut anywhere or with any byte changed are read or refused, never a trap")
    func damaged() {
        let bytes = Array(#"{"a": "s\u00e9\ud83d\ude00\n", "b":[1,-2.5e1,true,null],"c":{"d":"é"}}"#.utf8)
        for end in bytes.indices {
            #expect(throws: JSONError.self) { try JSONValue.members(of: Array(bytes[..<end])) }
            for other: UInt8 in [0x00, 0x22, 0x2C, 0x5B, 0x5C, 0x5D, 0x75, 0x7B, 0x7D, 0x80, 0xF4] {
                var changed = bytes
                changed[end] = other
                _ = try? JSONValue.members(of: changed)
            }
        }
    }
}
