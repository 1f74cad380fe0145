import Foundation
import JSONText
import Testing

@Suite("vitrine inspect --page")
struct InspectionPageTests {
    private let command: Command

    init() throws {
        command = try Command()
        try command.write(SamplePictures.png(SamplePictures.plate(holeRadius: 20)), to: "a.png")
    }

    /// What the page of a run holds.
    private func data(_ arguments: [String]) throws -> JSONValue {
        let outcome = try command.run(["inspect", "a.png", "--page", "p.html"] + arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let text = String(decoding: try command.data("p.html"), as: UTF8.self)
        let start = try #require(text.range(of: "id=\"page-data\">")).upperBound
        return try JSONValue(String(text[start...].prefix { $0 != "<" }))
    }

    private func shape(_ value: JSONValue?) -> [Double]? { value?["shape"]?.asList?.compactMap(\.asNumber) }

    @Test("with an object: attention, similarity, lens, heads, and the way from map to mask")
    func object() throws {
        let found = try data(["--object", "plate"])
        let (blocks, heads, tokens): (Double, Double, Double) = (3, 3, 785)
        #expect(shape(found["attention"]?["weights"]) == [blocks, heads, tokens, tokens])
        #expect(shape(found["attention"]?["peaks"]) == [blocks, heads, tokens])
        #expect(shape(found["rollout"]?["weights"]) == [tokens, tokens])
        #expect(shape(found["similarity"]) == [blocks, 784, 784])
        #expect(shape(found["lens"]?["similarities"]) == [blocks + 1, tokens, 2])
        #expect(found["shares"]?["contributions"]?.asList?.count == 2)
        let groups = try #require(found["method"]?["groups"]?.asList)
        let stages = try #require(groups.first?["stages"]?.asList)
        #expect(stages.count == 3 && groups.first?["logits"]?.asList?.count == 3)
        #expect(groups.allSatisfy { $0["similarity"] != nil && $0["ringMap"] != nil && $0["cost"] != nil })
        let decoder = try #require(groups.first?["decoder"]?.asList)
        #expect(decoder.count == stages.count)
        for (stage, looked) in zip(stages, decoder) {
            let points = try #require(groups.first?["points"]?.asList?.count)
            // The IoU's token, four masks, the points, and two corners or the padding.
            let tokens = 5 + points + (stage["box"]?["x0"] == nil ? 1 : 2)
            let maps = try #require(shape(looked["attention"]?["weights"]))
            #expect(maps.prefix(2) == [3, Double(tokens)] && looked["tokens"]?.asList?.count == tokens)
            #expect(maps.count == 4 && maps[2] == 48 && maps[3] == 64)
            #expect(shape(looked["attention"]?["peaks"]) == [3, Double(tokens)])
            let parts =
                points + (stage["box"]?["x0"] == nil ? 0 : 1) + (stage["hasMaskPrompt"] == .boolean(true) ? 1 : 0)
            #expect(looked["effects"]?["effects"]?.asList?.count == parts)
            #expect(looked["change"]?["stage"] == stage["stage"])
        }
        for point in groups.flatMap({ $0["points"]?.asList ?? [] }) { #expect(point["reason"] != nil) }
        let method = try #require(found["method"])
        #expect(shape(method["smoothed"]) == shape(method["map"]) && method["smoothed"] != method["map"])
        #expect(shape(method["lines"]) == shape(method["fused"]))
        #expect(found["notes"]?.asList?.isEmpty == true)
        #expect(try command.data("p.html").count < 20_000_000)
        // Run again, the page is replaced; another file is not.
        _ = try data(["--object", "plate"])
        try command.write(Data("<!DOCTYPE html>mine".utf8), to: "p.html")
        #expect(try command.run(["inspect", "a.png", "--page", "p.html"]).status == 5)
        #expect(try command.data("p.html") == Data("<!DOCTYPE html>mine".utf8))
        #expect(try command.run(["inspect", "a.png", "--page", "p.html", "--overwrite"]).status == 0)
    }

    @Test("without one: what needs no text, or a lens by given texts")
    func texts() throws {
        let plain = try data([])
        #expect(plain["lens"] == nil && plain["method"] == nil && plain["attention"] != nil)
        let texts = try data(["--text", "a plate", "--text", "a hole", "--text", "a dog"])
        #expect(shape(texts["lens"]?["similarities"])?.last == 3 && texts["method"] == nil)
    }

    @Test("a picture without a finding has a page too")
    func flat() throws {
        try command.write(SamplePictures.png(SamplePictures.plate(holeRadius: 0)), to: "a.png")
        #expect(try data(["--object", "plate", "--stages", "1"])["method"]?["score"] != nil)
        // The paper's configuration neither smooths nor sharpens.
        let method = try #require(try data(["--object", "plate", "--preset", "paper"])["method"])
        #expect(method["smoothed"] == nil && method["lines"] == nil)
    }

    @Test(
        "what does not go with a page is refused",
        arguments: [
            (["a.png", "--page", "p.txt"], "takes a .html file"),
            (["--page", "p.html", "--text", "a"], "takes a picture"),
            (["a.png", "--page", "p.html", "--tap", "visual"], "a page of its own choice"),
            (["a.png", "--page", "p.html", "--list"], "a page of its own choice"),
            (["a.png", "--page", "p.html", "--model", "sam"], "a page of its own choice"),
        ])
    func refused(_ arguments: [String], _ says: String) throws {
        let outcome = try command.run(["inspect"] + arguments)
        #expect(outcome.status == 2 && outcome.errors.contains(says), "\(outcome.errors)")
    }
}
