import Checkpoints
import Foundation
import Testing

@Suite("safetensors header")
struct SafetensorsHeaderTests {
    typealias Bytes = SafetensorsBytes

    // MARK: The length field

    @Test("a file of one to seven bytes is shorter than the length field", arguments: 1...7)
    func shorterThanLengthField(count: Int) throws {
        let fault = try Bytes.headerFault([UInt8](repeating: 0, count: count))
        #expect(fault == .shorterThanLengthField(fileBytes: count))
    }

    @Test("a header of no or one byte is refused", arguments: [0, 1] as [UInt64])
    func tooShort(declared: UInt64) throws {
        #expect(try Bytes.headerFault(Bytes.length(declared) + [0x7B, 0x7D]) == .tooShort(declared: declared))
    }

    @Test("a header length beyond the file is refused")
    func beyondFile() throws {
        #expect(
            try Bytes.headerFault(Bytes.length(50) + Array("{}".utf8)) == .beyondFile(declared: 50, available: 2))
    }

    @Test(
        "an absurd header length is refused before anything is allocated",
        arguments: [100_000_001, 1 << 63, .max, .max - 7] as [UInt64])
    func absurdLength(declared: UInt64) throws {
        let fault = try Bytes.headerFault(Bytes.length(declared) + Array("{}".utf8))
        #expect(fault == .tooLong(declared: declared, limit: 100_000_000))
    }

    // MARK: The text

    @Test("text that is not UTF-8 is refused")
    func invalidUTF8() throws {
        let header: [UInt8] = [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x7B, 0x7D, 0x7D]
        #expect(try Bytes.headerFault(Bytes.file(header, data: [])) == .invalidUTF8)
    }

    @Test("the first byte is the opening brace", arguments: ["\u{FEFF}{}", " {}", "[]", "\"a\"", "null"])
    func firstByte(header: String) throws {
        let error = try Bytes.error(Bytes.file(header))
        switch error {
        case .header(_, .unexpectedByte(expected: "'{'"), 8): break
        // Another first byte than the brace makes it no safetensors file at all, unless the length looks like one.
        case .unsupportedKind(_, .unknown): break
        default: Issue.record("\(header): \(String(describing: error))")
        }
    }

    @Test(
        "half a surrogate pair is refused",
        arguments: [#"\ud800"#, #"\udc00"#, #"\ud800x"#, #"\ud800\u0041"#, #"\u12"#])
    func loneSurrogate(escape: String) throws {
        let header = "{\"\(escape)\":{}}"
        #expect(try Bytes.headerFault(Bytes.file(header)) == .invalidEscape)
    }

    @Test("unknown escapes and raw control characters are refused")
    func badStrings() throws {
        #expect(try Bytes.headerFault(Bytes.file(#"{"\x":{}}"#)) == .invalidEscape)
        #expect(try Bytes.headerFault(Bytes.file("{\"a\u{1}\":{}}")) == .controlCharacter)
    }

    @Test("only spaces may follow the closing brace", arguments: ["{}x", "{}\n", "{}{}", "{} \u{0}"])
    func trailing(header: String) throws {
        #expect(try Bytes.headerFault(Bytes.file(header)) == .trailingText)
    }

    @Test("spaces after the closing brace are padding")
    func padding() throws {
        #expect(try Bytes.error(Bytes.file("{}      ")) == nil)
    }

    @Test("a header cut at any byte is refused")
    func truncated() throws {
        let whole = "{\"__metadata__\":{\"a\":\"b\"}," + Bytes.entry("t", "F32", "[1]", 0, 4) + "}"
        #expect(try Bytes.error(Bytes.file(whole, dataBytes: 4)) == nil)
        for length in 2..<whole.utf8.count {
            let cut = Array(whole.utf8.prefix(length))
            guard case .header? = try Bytes.error(Bytes.file(cut, data: [0, 0, 0, 0])) else {
                Issue.record("cut after \(length) bytes opened or gave another error")
                continue
            }
        }
    }

    @Test("nesting a hundred thousand deep is refused where the second level starts")
    func deep() throws {
        let header = "{\"a\":" + String(repeating: "[", count: 100_000)
        #expect(try Bytes.headerFault(Bytes.file(header)) == .unexpectedByte(expected: "'{'"))
        let inShape = "{\"a\":{\"shape\":" + String(repeating: "[", count: 100_000)
        #expect(try Bytes.tensorFault(Bytes.file(inShape)) == .notAnInteger(field: "shape"))
    }

    @Test("a hundred thousand tensors open, and a million where time is given")
    func manyKeys() throws {
        let count = ProcessInfo.processInfo.environment["VITRINE_FUZZ"] == nil ? 100_000 : 1_000_000
        let entries = (0..<count).map { Bytes.entry("t\($0)", "U8", "[0]", 0, 0) }
        try Bytes.open(Bytes.file("{\(entries.joined(separator: ","))}")) {
            #expect($0.names.count == count)
        }
    }

    @Test("a tensor stands once, also when its name is escaped another way")
    func duplicateNames() throws {
        let first = Bytes.entry("a", "U8", "[0]", 0, 0)
        for second in ["a", #"\u0061"#] {
            let header = "{\(first),\(Bytes.entry(second, "U8", "[0]", 0, 0))}"
            #expect(try Bytes.headerFault(Bytes.file(header)) == .duplicateKey("a"))
        }
    }

    @Test("a field stands once", arguments: ["dtype", "shape", "data_offsets"])
    func duplicateFields(field: String) throws {
        let fields = ["dtype": "\"U8\"", "shape": "[0]", "data_offsets": "[0,0]"]
        let all = fields.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
        let header = "{\"a\":{\(all),\"\(field)\":\(fields[field] ?? "")}}"
        #expect(try Bytes.headerFault(Bytes.file(header)) == .duplicateKey(field))
    }

    @Test("metadata holds strings only, and each key once")
    func metadata() throws {
        try Bytes.open(Bytes.file(#"{"__metadata__":{"a":"b\u00e9\n\ud83d\ude00"}}"#)) {
            #expect($0.metadata == ["a": "b\u{E9}\n\u{1F600}"])
        }
        #expect(
            try Bytes.headerFault(Bytes.file(#"{"__metadata__":{"a":1}}"#)) == .unexpectedByte(expected: "'\"'"))
        #expect(try Bytes.headerFault(Bytes.file(#"{"__metadata__":{"a":"b","a":"c"}}"#)) == .duplicateKey("a"))
        let twice = #"{"__metadata__":{},"__metadata__":{}}"#
        #expect(try Bytes.headerFault(Bytes.file(twice)) == .duplicateKey("__metadata__"))
        // A tensor of that name has a list where metadata has strings.
        let tensor = "{\"__metadata__\":{\"shape\":[0],\"dtype\":\"U8\",\"data_offsets\":[0,0]}}"
        #expect(try Bytes.headerFault(Bytes.file(tensor)) == .unexpectedByte(expected: "'\"'"))
    }

    @Test("names are data: empty, with paths, zero bytes and escapes; only their length is limited")
    func names() throws {
        for name in ["", "/../", #"\u0000"#, #"\u001b[31m"#] {
            #expect(try Bytes.error(Bytes.file("{\(Bytes.entry(name, "U8", "[0]", 0, 0))}")) == nil)
        }
        let long = String(repeating: "n", count: 1_000_000)
        #expect(
            try Bytes.headerFault(Bytes.file("{\(Bytes.entry(long, "U8", "[0]", 0, 0))}"))
                == .nameTooLong(limitBytes: 4096))
    }
}
