import Testing

@testable import AnomalySegmentation

@Suite("Tables of sentences")
struct PromptTableTests {
    @Test("the published tables have their published sizes")
    func counts() {
        #expect(PromptTable.winCLIP.sentences(for: "tile", .normal).count == 147)
        #expect(PromptTable.winCLIP.sentences(for: "tile", .abnormal).count == 84)
        #expect(PromptTable.aprilGAN.sentences(for: "tile", .normal).count == 245)
        #expect(PromptTable.aprilGAN.sentences(for: "tile", .abnormal).count == 175)
    }

    @Test("no entry stands twice but the one that is documented")
    func duplicates() {
        func repeated(_ entries: [String]) -> [String] {
            Dictionary(grouping: entries) { $0 }.filter { $0.value.count > 1 }.map { "\($0.value.count) \($0.key)" }
        }
        for table in [PromptTable.winCLIP, .aprilGAN] {
            #expect(repeated(table.normalStates).isEmpty && repeated(table.abnormalStates).isEmpty)
        }
        #expect(repeated(PromptTable.winCLIP.templates) == ["2 a jpeg corrupted photo of the {}."])
        #expect(repeated(PromptTable.aprilGAN.templates).isEmpty)
    }

    @Test("a sentence is template of state of name")
    func sentences() {
        let table = PromptTable(
            name: "two", normalStates: ["{}"], abnormalStates: ["{} with flaw", "bad {}"],
            templates: ["a {}.", "the {} here"])
        #expect(table.sentences(for: "nut", .normal) == ["a nut.", "the nut here"])
        #expect(
            table.sentences(for: "nut", .abnormal)
                == ["a nut with flaw.", "the nut with flaw here", "a bad nut.", "the bad nut here"])
        #expect(table.sentences(for: "{}", .normal) == ["a {}.", "the {} here"])
    }

    @Test("a pattern without its place, or with two, is refused", arguments: ["", "photo", "{} of {}", "{ }"])
    func patterns(pattern: String) {
        var table = PromptTable.aprilGAN
        table.templates[3] = pattern
        #expect(
            throws: AnomalySegmentationError.invalidConfiguration(
                field: "text.table.templates", value: "\"\(pattern)\"",
                expected: "a text in which {} stands exactly once")
        ) { try table.validate() }
    }

    @Test("a list without entries is refused")
    func emptyList() {
        var table = PromptTable.winCLIP
        table.abnormalStates = []
        #expect(
            throws: AnomalySegmentationError.invalidConfiguration(
                field: "text.table.abnormalStates", value: "empty", expected: "a list with at least one entry")
        ) { try table.validate() }
    }
}
