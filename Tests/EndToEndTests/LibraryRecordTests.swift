import AnomalySegmentation
import CLIP
import Checkpoints
import Foundation
import ImageCodecs
import Imaging
import JSONText
import SegmentAnything
import SmallWeights
import Testing

/// A program that embeds the library gets the JSON of the command.
@Suite("records of the library and of the command")
struct LibraryRecordTests {
    private let small: SmallWeights
    private let sam: SAMModel
    private let plate = SamplePictures.plate()

    init() throws {
        small = try SmallWeights()
        sam = try SAMModel(weights: Checkpoint.open(small.sam))
    }

    /// As docs/Embedding.md has it.
    private func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Without the members that the command alone knows.
    private func found(_ text: String) throws -> JSONValue {
        let own = [
            "configuration", "kind", "object", "picture", "schemaVersion", "threads", "timingsSeconds", "vitrine",
            "weights",
        ]
        guard case .object(let members) = try JSONValue(text) else { return .null }
        return .object(members.filter { !own.contains($0.key) })
    }

    @Test("result.json is the library's record with names, times and weights around it", arguments: [nil, 90])
    func segment(tile: Int?) throws {
        let segmenter = try AnomalySegmenter(
            clip: CLIPModel(
                weights: Checkpoint.open(small.clip), merges: Data(contentsOf: URL(fileURLWithPath: small.merges))),
            sam: sam)
        let record =
            try tile.map { side in
                try segmenter.segment(plate, object: "plate", tiling: Tiling(side: side, overlap: 20)).record
            } ?? segmenter.segment(plate, object: "plate").record
        let command = try Command()
        try command.write(Data(PNGWriter.bytes(plate)), to: "a.png")
        let tiling = tile.map { ["--tile", "\($0)", "--overlap", "20"] } ?? []
        let outcome = try command.run(
            ["segment", "a.png", "--object", "plate", "--output", "out", "--quiet", "--json"] + tiling)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try found(outcome.output) == found(json(record)))
        #expect(!record.groups.isEmpty && (record.tiles?.count ?? 0 > 1) == (tile != nil))
        #expect(try JSONDecoder().decode(AnomalyRecord.self, from: command.data("out/a.png/result.json")) == record)
    }

    @Test("the masks of a prompt in result.json are the library's records")
    func mask() throws {
        let embedding = try sam.embed(plate)
        let prompt = Prompt(points: [PromptPoint(ImagePoint(x: 106, y: 60), .positive)])
        let records = try sam.predict(embedding, prompt, masks: .multiple).records(in: embedding.frame)
        let command = try Command()
        try command.write(Data(PNGWriter.bytes(plate)), to: "a.png")
        let outcome = try command.run(["mask", "a.png", "--point", "106,60", "--output", "out", "--json"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let written = try JSONValue(outcome.output)
        #expect(try written["masks"] == JSONValue(json(["masks": records]))["masks"])
        #expect(try written["prompt"] == JSONValue(json(PromptRecord(prompt))))
    }
}
