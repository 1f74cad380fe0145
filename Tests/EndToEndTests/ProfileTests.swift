import Foundation
import JSONText
import Testing

@Suite("profile")
struct ProfileTests {
    @Test("a named work gives a table of at most 80 columns whose first line holds all of the time")
    func table() throws {
        let outcome = try Command().run(["profile", "clip-image", "--runs", "1", "--threads", "2"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let lines = outcome.output.split(separator: "\n").map(String.init)
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(lines[0].hasPrefix("clip-image: ") && lines[0].contains(", 2 threads, "))
        #expect(lines.contains { $0.split(separator: " ").starts(with: ["all"]) && $0.contains(" 100.0 ") })
        // Blocks in which the same is computed share a line; the last computes less than the others.
        #expect(lines.contains { $0.contains(" 0-4 ") } && lines.contains { $0.contains("c_fc linear") })
        let each = try Command().run(["profile", "clip-image", "--runs", "1", "--each"])
        #expect(each.output.split(separator: "\n").contains { $0.split(separator: " ").first == "3" })
    }

    @Test(
        "the sums of operations are those of their kinds, whatever the model", arguments: ["clip-text", "sam-decoder"])
    func sums(_ work: String) throws {
        let outcome = try Command().run(["profile", work, "--runs", "2", "--json"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let record = try JSONDecoder().decode(Record.self, from: Data(outcome.output.utf8))
        #expect(record.runs.count == 2 && record.runs.contains(record.seconds))
        #expect(record.machine.peakGigaflops > 0 && record.machine.memoryGigabytes > 0)
        let (all, kinds) = (record.operations, record.kinds)
        #expect(all.reduce(0) { $0 + $1.bytes } == kinds.reduce(0) { $0 + $1.bytes })
        #expect(abs(all.reduce(0) { $0 + $1.gigaflop } - kinds.reduce(0) { $0 + $1.gigaflop }) < 1e-9)
        #expect(abs(all.reduce(0) { $0 + $1.seconds } - record.coverage * record.seconds) < 1e-9)
        for operation in all where operation.gigaflop > 0 {
            let speed = operation.gigaflop / operation.seconds
            #expect(abs((operation.shareOfPeak ?? 0) * record.machine.peakGigaflops / speed - 1) < 1e-6)
        }
    }

    private struct Record: Decodable {
        struct Machine: Decodable { var peakGigaflops, memoryGigabytes: Double }
        struct Operation: Decodable {
            var bytes: Int
            var gigaflop, seconds: Double
            var shareOfPeak: Double?
        }
        var runs: [Double]
        var seconds, coverage: Double
        var machine: Machine
        var operations, kinds: [Operation]
    }

    @Test("a picture's trace has the whole way to the files, in Chrome's form, and is replaced by the next")
    func trace() throws {
        let command = try Command()
        try command.write(SamplePictures.png(SamplePictures.plate(holeRadius: 20)), to: "a.png")
        let arguments = ["profile", "a.png", "--runs", "1", "--threads", "2", "--trace", "trace.json"]
        let outcome = try command.run(arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let value = try JSONValue(String(decoding: try command.data("trace.json"), as: UTF8.self))
        let events = try #require(value["traceEvents"]?.asList)
        #expect(value["displayTimeUnit"]?.asText == "ms")
        var layers: Set<String> = []
        var tracks: Set<Double> = []
        for event in events {
            let phase = try #require(event["ph"]?.asText)
            let thread = try #require(event["tid"]?.asNumber)
            #expect(event["pid"]?.asNumber == 1 && event["name"]?.asText != nil)
            if phase == "M" {
                if event["name"]?.asText == "thread_name" { tracks.insert(thread) }
                continue
            }
            #expect(phase == "X" && tracks.contains(thread))
            let (start, length) = (try #require(event["ts"]?.asNumber), try #require(event["dur"]?.asNumber))
            #expect(start >= 0 && length >= 0)
            #expect(["layer", "operation", "share"].contains(event["cat"]?.asText))
            if let layer = event["args"]?["layer"]?.asText { layers.insert(layer) }
        }
        for stage in [
            "decoding", "map.visual.transformer.resblocks.0.attn", "embedding.image_encoder.blocks.0.attn.qkv",
            "points",
            "cascade.mask_decoder.transformer", "fusion", "writing.overlay",
        ] {
            #expect(layers.contains(stage), "\(stage)")
        }
        #expect(try command.run(arguments).status == 0)
        try command.write(Data("{}".utf8), to: "trace.json")
        let refused = try command.run(arguments)
        #expect(refused.status == 5 && refused.errors.contains("trace.json exists"))
    }

    @Test("what is neither a work nor a picture is refused with the works that there are")
    func unknown() throws {
        let outcome = try Command().run(["profile", "clip-images"])
        #expect(outcome.status == 4)
        #expect(
            outcome.errors
                == "vitrine: clip-images is no picture, and no work: name a picture, or one of clip-image, clip-text, "
                + "sam-encoder, sam-decoder\n")
        #expect(try Command().run(["profile", "clip-image", "--runs", "0"]).status == 2)
    }
}
