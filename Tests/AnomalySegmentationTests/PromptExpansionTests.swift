import Testing

@testable import AnomalySegmentation

@Suite("Sentences about an object")
struct PromptExpansionTests {
    private func name(
        _ given: String, _ rule: TextPromptConfiguration.NameRule, _ known: [String: String] = [:]
    ) throws -> String {
        var table = PromptTable.aprilGAN
        table.objectNames = known
        return try TextPromptConfiguration {
            $0.table = table
            $0.nameRule = rule
        }.writtenName(of: given)
    }

    @Test("names as given, or made readable")
    func names() throws {
        for (given, expected) in [("pipe_fryum", "pipe fryum"), ("pcb1", "pcb"), (" tile\n", "tile"), ("42", "42")] {
            #expect(try name(given, .readable) == expected)
        }
        #expect(try name(" metal_nut2 ", .asGiven) == "metal_nut2")
    }

    @Test("a name in the table's list is written as it says", arguments: TextPromptConfiguration.NameRule.allCases)
    func knownNames(rule: TextPromptConfiguration.NameRule) throws {
        let known = ["pcb1": "circuit_board 1 "]
        #expect(try name(" pcb1", rule, known) == "circuit_board 1")
        #expect(try name("tile", rule, known) == "tile")
    }

    @Test("a name without a visible character is refused", arguments: ["", " \t\n"])
    func emptyName(given: String) {
        for rule in TextPromptConfiguration.NameRule.allCases {
            #expect(throws: AnomalySegmentationError.emptyObjectName) { try name(given, rule) }
        }
        #expect(throws: AnomalySegmentationError.emptyObjectName) { try name("__", .readable) }
    }

    @Test("both states are spelled out in the table's order")
    func expansion() throws {
        let table = PromptTable(
            name: "two", normalStates: ["{}"], abnormalStates: ["{} with flaw", "bad {}"],
            templates: ["a {}.", "the {} here"], objectNames: ["m6": "hex nut"])
        let found = try TextPromptConfiguration { $0.table = table }.expansion(for: "m6")
        #expect(found.object == "hex nut" && found.normal == ["a hex nut.", "the hex nut here"])
        #expect(
            found.sentences(.abnormal)
                == ["a hex nut with flaw.", "the hex nut with flaw here", "a bad hex nut.", "the bad hex nut here"])
    }
}
