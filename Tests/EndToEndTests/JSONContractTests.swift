import AnomalySegmentation
import Checkpoints
import Foundation
import ImageCodecs
import Imaging
import JSONText
import SmallWeights
import TestSupport
import Testing

/// Real outputs of every command against `docs/schemas`.
///
/// `Tools/fixtures/json_contract.py` lets an independent validator look at the same outputs. It reads the folder that
/// `VITRINE_CONTRACT_OUTPUTS` names, into which this test then writes them.
@Suite("JSON outputs")
struct JSONContractTests {
    /// JSON texts by a name for each.
    private static let outputs = Result { try produced() }

    private static func produced() throws -> [String: String] {
        let command = try Command()
        let plate = SamplePictures.plate(holeRadius: 20)
        for name in ["a.png", "in/a.png", "set/holes/Imgs/a.jpg"] {
            try command.write(SamplePictures.png(plate), to: name)
        }
        try command.write(Data("no picture".utf8), to: "in/bad.png")
        try command.write(SamplePictures.png(SamplePictures.plate(holeRadius: 0)), to: "set/MT_Free/Imgs/a.jpg")
        let hole = Image(size: plate.size, pixels: plate.pixels.map { $0 < 100 ? 255 : 0 })
        try command.write(SamplePictures.png(hole), to: "set/holes/Imgs/a.png")
        let flat = Image(size: hole.size, pixels: hole.pixels.map { _ in 90 })
        try command.write(SamplePictures.png(flat), to: "in/flat.png")
        let small = try SmallWeights()

        var texts: [String: String] = [:]
        func run(_ name: String, _ arguments: [String], status: Int32 = 0, input: String = "") throws {
            let outcome = try command.shell("printf '%s' '\(input)' | \"$@\"", arguments)
            #expect(outcome.status == status, "\(name): \(outcome.errors)")
            if arguments.contains("--json") || arguments.contains("--stdio") {
                let lines = outcome.output.split(separator: "\n").map(String.init)
                for (index, text) in (lines.allSatisfy { $0.hasPrefix("{\"") } ? lines : [outcome.output]).enumerated()
                {
                    texts["\(name)-\(index)"] = text
                }
            }
        }
        func keep(_ name: String, file: String) throws {
            texts[name] = String(decoding: try command.data(file), as: UTF8.self)
        }
        func keepFirstLine(_ name: String, file: String) throws {
            let line = try command.data(file).prefix { $0 != UInt8(ascii: "\n") }
            texts[name] = String(decoding: line, as: UTF8.self)
        }
        let segment = ["--object", "plate", "--quiet", "--output"]
        try run(
            "segment",
            ["segment", "in"] + segment + [
                "out", "--json", "--heartbeat", "beat.json", "--export", "csv,coco", "--pixel-size", "0.5",
            ],
            status: 3)
        try run(
            "segment-requests", ["segment", "--stdio", "--object", "plate", "--quiet"], input: #"{"path":"a.png"}"#)
        try run("classify-requests", ["classify", "--stdio", "--labels", "plate,leather"], input: #"{"path":"a.png"}"#)
        try run("failed-request", ["classify", "--stdio", "--labels", "plate,leather"], status: 3, input: "?")
        try keep("segment-file", file: "out/a.png/result.json")
        try keepFirstLine("segment-line", file: "out/results.jsonl")
        try keepFirstLine("segment-failure", file: "out/failures.jsonl")
        try keepFirstLine("segment-progress", file: "beat.json")
        try keep("segment-run", file: "out/run.json")
        try keep("segment-done", file: "out/done.json")
        try run("plan", ["plan", "in", "--output", "manifest.jsonl"])
        try keepFirstLine("plan-header", file: "manifest.jsonl")
        try run("segment-paper", ["segment", "a.png", "--preset", "paper", "--json"] + segment + ["paper"])
        try run("segment-tiles", ["segment", "a.png", "--tile", "120", "--json"] + segment + ["tiles"])
        try run("segment-reproducible", ["segment", "a.png", "--reproducible", "--json"] + segment + ["again"])
        try run("mask", ["mask", "a.png", "--point", "106,60", "--point", "9,9,0", "--output", "out", "--json"])
        try keep("mask-file", file: "out/a.png.mask/result.json")
        try run(
            "mask-again",
            [
                "mask", "a.png", "--box", "80,40,130,80", "--mask-input", "out/a.png.mask/mask-0.png", "--single",
                "--output",
                "boxed", "--json",
            ])
        try run(
            "masks",
            [
                "masks", "a.png", "--points-per-side", "4", "--pred-iou-thresh", "0", "--stability-score-thresh", "0",
                "--output",
                "out",
            ])
        try keep("masks-file", file: "out/a.png.masks/masks.json")
        try run("classify", ["classify", "in", "--labels", "plate,leather", "--json"], status: 3)
        for (name, arguments) in [
            ("pictures", ["a.png"]), ("texts", ["--text", "a plate"]), ("sam", ["a.png", "--sam"]),
        ] {
            try run("embed-\(name)", ["embed", "--output", "\(name).safetensors"] + arguments)
            let file = try Checkpoint.open(command.folder.appendingPathComponent("\(name).safetensors").path)
            texts["embed-\(name)"] = file.metadata["vitrine.record"]
        }
        try run(
            "activations",
            [
                "inspect", "a.png", "--text", "a plate", "--tap", "visual", "--edit", "visual.ln_post[0,3]=zero",
                "--output",
                "taps", "--json",
            ])
        try keep("activations-file", file: "taps/a.png.inspect/result.json")
        try run("activations-list", ["inspect", "--text", "a plate", "--list", "--tap", "ln_final", "--json"])
        try run("activations-sam", ["inspect", "a.png", "--model", "sam", "--point", "106,60", "--json"])
        try run("activations-method", ["inspect", "a.png", "--model", "method", "--object", "plate", "--json"])
        try run("evaluate", ["evaluate", "set", "--object", "plate", "--json"])
        try run("evaluate-folder", ["evaluate", "set", "--object", "plate", "--quiet", "--output", "evaluated"])
        try keep("evaluate-results", file: "evaluated/results.json")
        try keep("evaluate-run", file: "evaluated/run.json")
        try run(
            "evaluate-stage", ["evaluate", "set", "--object", "plate", "--quiet", "--stages", "1", "--output", "stage"])
        try run("compare-runs", ["compare-runs", "evaluated", "stage", "--resamples", "20", "--json"])
        let pictures = String(decoding: try command.data("evaluated/pictures.jsonl"), as: UTF8.self)
        texts["evaluate-picture"] = pictures.split(separator: "\n").last.map(String.init)
        try run(
            "tune",
            [
                "tune", "set", "--object", "plate", "--try", "fusion.mode=mask,clip", "--try", "map.smoothing=1",
                "--json",
            ])
        try run("profile", ["profile", "clip-image", "--runs", "1", "--json"])
        try run("list", ["weights", "list", "--json"])
        for (name, file) in [("clip", small.clip), ("sam", small.sam)] {
            try run("inspect-\(name)", ["weights", "inspect", file, "--json"])
            try run("verify-\(name)", ["weights", "verify", file, "--json"])
        }
        return texts
    }

    @Test("every output is valid by the schema that its kind names, and every schema has an output")
    func valid() throws {
        var kinds: Set<String> = []
        for (name, text) in try Self.outputs.get() {
            let value = try JSONValue(text)
            let kind = try #require(value["kind"]?.asText, "\(name) has no kind")
            kinds.insert("\(kind).schema.json")
            let faults = try JSONSchema(file: "\(kind).schema.json").faults(in: value)
            #expect(faults.isEmpty, "\(name): \(faults)")
            if let folder = ProcessInfo.processInfo.environment["VITRINE_CONTRACT_OUTPUTS"] {
                try Data(text.utf8).write(to: URL(fileURLWithPath: folder).appendingPathComponent("\(name).json"))
            }
        }
        #expect(
            kinds.union(["records.schema.json", "configuration.schema.json"]) == Set(try JSONSchema.all.get().keys))
    }

    @Test("a key too many at any place, and a value of another type, are refused")
    func refused() throws {
        for (name, text) in try Self.outputs.get() {
            let value = try JSONValue(text)
            let schema = try JSONSchema(file: "\(value["kind"]?.asText ?? "").schema.json")
            for (place, changed) in Self.variants(of: value) {
                #expect(try !schema.faults(in: changed).isEmpty, "\(name): \(place) was accepted")
            }
        }
    }

    /// Each differs from `value` at one place in a way that no schema here allows.
    private static func variants(of value: JSONValue) -> [(place: String, value: JSONValue)] {
        guard case .object(let fields) = value else { return [] }
        var variants: [(String, JSONValue)] = [("a key too many", .object(fields.merging(["x": .null]) { $1 }))]
        for (key, field) in fields {
            var other = fields
            other[key] = .null
            variants.append(("null for \(key)", .object(other)))
            var inner = field
            if case .list(let items) = field, let first = items.first { inner = first }
            for (place, changed) in Self.variants(of: inner) {
                other[key] = field.asList.map { .list([changed] + $0.dropFirst()) } ?? changed
                variants.append(("\(key): \(place)", .object(other)))
            }
        }
        return variants
    }

    @Test("a case is written by its name and the names of its values")
    func cases() throws {
        let reasons: [ChosenPoint.Reason] = [.peak, .plateau(pixels: 4), .ranked(3), .leastSimilar(cost: 0.5)]
        #expect(
            try encodedJSON(reasons)
                == #"[{"peak":{}},{"plateau":{"pixels":4}},{"ranked":{"place":3}},{"leastSimilar":{"cost":0.5}}]"#)
        let rejections: [StageTrace.Rejection] = [.empty, .tooLarge(share: 0.75), .cold(meanHeat: 0.25)]
        #expect(
            try encodedJSON(rejections) == #"[{"empty":{}},{"tooLarge":{"share":0.75}},{"cold":{"meanHeat":0.25}}]"#)
        #expect(
            try encodedJSON([CascadeTrace.Outcome.stage(3), .groupMask])
                == #"[{"stage":{"number":3}},{"groupMask":{}}]"#)
        #expect(try encodedJSON([AnomalyResult.Omission.flatMap, .noGroups]) == #"["flatMap","noGroups"]"#)
        #expect(try encodedJSON([RejectedRegion.Reason.beyondLimit]) == #"["beyondLimit"]"#)
    }

    @Test("jsonschema found the outputs valid by these very schemas")
    func independent() throws {
        struct Verdict: Decodable {
            var schemas: [String: String]
            var outputs: [String: String]
        }

        let verdict = try JSONDecoder().decode(
            Verdict.self, from: Data(contentsOf: Fixture.url("EndToEnd/json_contract.json")))
        for name in try JSONSchema.all.get().keys {
            let digest = try SHA256.hexadecimalDigest(ofFile: JSONSchema.folder.appendingPathComponent(name).path)
            #expect(
                verdict.schemas[name] == digest,
                "\(name) changed: let Tools/fixtures/json_contract.py look at the outputs again")
        }
        #expect(verdict.schemas.count == (try JSONSchema.all.get().count))
        #expect(Set(verdict.outputs.keys) == Set(try Self.outputs.get().keys))
    }
}
