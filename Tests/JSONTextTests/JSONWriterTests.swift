import JSONText
import Testing

@Suite("JSON out")
struct JSONWriterTests {
    @Test("texts come back as they were")
    func texts() throws {
        let all = "a \"b\" \\ / \u{0}\u{1}\u{1F}\n\t\r\u{7F} \u{E9}\u{1F600}\u{2028}"
        #expect(JSONWriter.text("\n\t\u{1}\"\\/") == #""\n\t\u0001\"\\/""#)
        let json = JSONWriter.object([(name: all, json: JSONWriter.text(all))])
        #expect(try JSONValue.members(of: Array(json.utf8)) == [all: .text(all)])
    }

    @Test("members and elements stand in their order, on one line or each on its own")
    func layouts() {
        let list = ["1", "2"]
        #expect(JSONWriter.object([("b", JSONWriter.list(list)), ("a", "{}")]) == #"{"b":[1,2],"a":{}}"#)
        #expect(
            JSONWriter.object(
                [("b", JSONWriter.list(list, indent: 2)), ("a", JSONWriter.list([], indent: 2))], indent: 0)
                == "{\n  \"b\": [\n    1,\n    2\n  ],\n  \"a\": []\n}")
    }

    private struct Record: Encodable {
        var maskPath = "a/b"
        var area: Float = 1
        var worst: Float = .infinity
    }

    @Test("a record has its keys in order, slashes as they are and words for numbers that JSON cannot say")
    func records() throws {
        #expect(try encodedJSON(Record()) == #"{"area":1,"maskPath":"a/b","worst":"inf"}"#)
        #expect(try encodedJSON(Record(), snakeCase: true) == #"{"area":1,"mask_path":"a/b","worst":"inf"}"#)
        #expect(try encodedJSON(["a": 1, "b": 2], pretty: true) == "{\n  \"a\" : 1,\n  \"b\" : 2\n}")
    }
}
