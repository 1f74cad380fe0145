import Foundation
import Imaging
import JSONText
import Testing

@Suite("vitrine evaluate --ablation")
struct AblationTests {
    private let command: Command

    init() throws {
        command = try Command()
        let plate = SamplePictures.plate(holeRadius: 12)
        let hole = Image(size: plate.size, pixels: plate.pixels.map { $0 < 100 ? 255 : 0 })
        try command.write(SamplePictures.png(plate), to: "set/MT_Break/Imgs/0.jpg")
        try command.write(SamplePictures.png(hole), to: "set/MT_Break/Imgs/0.png")
    }

    private func evaluate(_ flags: [String]) throws -> Command.Outcome {
        try command.run(["evaluate", "set", "--object", "plate", "--quiet", "--json"] + flags)
    }

    private func measures(_ outcome: Command.Outcome) throws -> [String: JSONValue] {
        let rows = try #require(try JSONValue(outcome.output)["rows"]?.asList)
        return Dictionary(
            uniqueKeysWithValues: rows.compactMap { row in
                row["variant"]?.asText.map { ($0, row["measures"] ?? .null) }
            })
    }

    @Test("the variants stand beside each other, from encodings that are made once and kept")
    func variants() throws {
        let flags = ["--ablation", "--keep-encodings", "kept"]
        let first = try evaluate(flags)
        #expect(first.status == 0, "\(first.errors)")
        let measures = try measures(first)
        #expect(
            measures.keys.sorted() == [
                "affinity", "affinity-none", "cascade", "fusion-blend", "fusion-gate", "fusion-mask", "map",
                "map-clip-surgery", "map-vanilla", "map-winclip", "negatives-lowest-heat", "negatives-most-similar",
                "negatives-none", "points", "ridges", "ridges-none", "stages-2",
            ])
        #expect(
            first.errors.contains("note: april-gan is not compared: the map producer adapters needs trained weights"))
        let entries = try FileManager.default.contentsOfDirectory(
            atPath: command.folder.appendingPathComponent("kept").path)
        let second = try evaluate(flags)
        #expect(second.output == first.output)
        // SAM's embedding, CLIP's four inputs, those of WinCLIP and of CLIP Surgery.
        #expect(entries.count == 7 && entries.allSatisfy { $0.hasSuffix(".safetensors") }, "\(entries.count)")
        // Without kept encodings the figures are nearly the same.
        let plain = try evaluate([])
        for variant in ["map", "points", "cascade"] {
            let exact = try #require(try self.measures(plain)[variant]?["auroc"]?.asNumber)
            let kept = try #require(measures[variant]?["auroc"]?.asNumber)
            #expect(abs(exact - kept) < 0.002, "\(variant): \(exact), \(kept)")
        }
    }

    @Test("published figures stand beside those of a data set that has some")
    func published() throws {
        let published = try #require(try JSONValue(evaluate([]).output)["published"]?.asList)
        #expect(published.first?["method"]?.asText == "SAA+" && published.first?["f1Maximum"]?.asNumber == 35.4)
        let table = try command.run(["evaluate", "set", "--object", "plate", "--quiet"]).output
        #expect(table.contains("| SAA+ | - | - | 0.354 | - | arXiv 2305.10724 |"), "\(table)")
    }
}
