import Testing
import WeightIdentity

@Suite struct ModelDescriptionTests {
    @Test("facts of every kind are read, and those that nobody asks for may be anything")
    func facts() throws {
        let description = try ModelDescription(
            json: #"""
                 {"family" : "s\u00e9\ud83d\ude00\n","window":8, "mean":[0.5,-1e2],"blocks":[2,5],
                "log":{"x":[null,true]}}
                """#
        )
        #expect(try description.text("family") == "s\u{e9}\u{1F600}\n")
        #expect(try description.integer("window") == 8)
        #expect(try description.numbers("mean") == [0.5, -100])
        #expect(try description.integers("blocks") == [2, 5])
        #expect(try description.text("absent") == nil)
        #expect(try description.integers("absent") == nil)
    }

    @Test(
        "what is not one JSON object is refused where it stops being one",
        arguments: [
            ("", 0), ("{", 1), ("{}x", 2), (#"{"a":}"#, 5), (#"{"a":1,}"#, 7), (#"{"a":[1,]}"#, 8), ("[1]", 0),
            (#"{"a":"b"#, 7), (#"{"a":tru}"#, 5), (#"{"a":"\u12"}"#, 8), (#"{"a":1e999}"#, 5),
        ])
    func malformed(_ json: String, _ byteOffset: Int) {
        #expect(throws: ModelDescriptionError.malformed(byteOffset: byteOffset)) {
            try ModelDescription(json: json)
        }
    }

    @Test("nesting without end is refused")
    func nesting() {
        let error = #expect(throws: ModelDescriptionError.self) {
            try ModelDescription(json: String(repeating: #"{"a":"#, count: 100_000))
        }
        guard case .malformed(let byteOffset) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(byteOffset < 1000)
    }

    @Test("a fact of another kind than asked is refused by name")
    func kinds() throws {
        let description = try ModelDescription(json: #"{"window":8.5,"heads":"4","blocks":[1,"x"],"parts":[1,2.5]}"#)
        #expect(throws: ModelDescriptionError.unexpectedKind(name: "window", expected: "a whole number")) {
            try description.integer("window")
        }
        #expect(throws: ModelDescriptionError.unexpectedKind(name: "heads", expected: "a whole number")) {
            try description.integer("heads")
        }
        #expect(throws: ModelDescriptionError.unexpectedKind(name: "blocks", expected: "a list of numbers")) {
            try description.integers("blocks")
        }
        #expect(throws: ModelDescriptionError.unexpectedKind(name: "parts", expected: "a whole number")) {
            try description.integers("parts")
        }
    }
}
