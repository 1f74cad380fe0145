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
        #expect(lines.contains { $0.contains(" 0-1 ") } && lines.contains { $0.contains("c_fc linear") })
        let each = try Command().run(["profile", "clip-image", "--runs", "1", "--each"])
        #expect(each.output.split(separator: "\n").contains { $0.split(separator: " ").first == "1" })
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
        let slices = try Self.slices(ofTrace: value)
        let layers = Set(slices.compactMap { $0["args"]?["layer"]?.asText })
        #expect(Set(slices.compactMap { $0["cat"]?.asText }) == ["layer", "operation", "share"])
        for stage in [
            "decoding", "map.visual.transformer.resblocks.0.attn", "embedding.image_encoder.layers.1.blocks.0.attn.qkv",
            "points", "cascade.mask_decoder.transformer", "fusion", "writing.overlay",
        ] {
            #expect(layers.contains(stage), "\(stage)")
        }
        #expect(try command.run(arguments).status == 0)
        try command.write(Data("{}".utf8), to: "trace.json")
        let refused = try command.run(arguments)
        #expect(refused.status == 5 && refused.errors.contains("trace.json exists"))
    }

    /// The slices of a trace, once it is what the Trace Event Format asks for: an object with a list of events; complete
    /// events with name, category, process, thread, start and length in microseconds; metadata events that name the process
    /// and each track before its slices; and on a track slices that lie within each other or one after the other.
    private static func slices(ofTrace trace: JSONValue) throws -> [JSONValue] {
        #expect(try Set(#require(members(trace)).keys) == ["displayTimeUnit", "otherData", "traceEvents"])
        #expect(trace["displayTimeUnit"]?.asText == "ms")
        var (tracks, slices): ([Double: String], [JSONValue]) = ([:], [])
        var processes = 0
        /// For each track the ends of the slices that are open, in nanoseconds, the innermost last.
        var open: [Double: [Int]] = [:]
        for event in try #require(trace["traceEvents"]?.asList) {
            let keys = try Set(#require(members(event)).keys)
            let (name, thread) = (try #require(event["name"]?.asText), try #require(event["tid"]?.asNumber))
            #expect(!name.isEmpty && event["pid"]?.asNumber == 1 && thread >= 0 && thread == thread.rounded())
            switch event["ph"]?.asText {
            case "M":
                #expect(keys == ["name", "ph", "pid", "tid", "args"] && slices.isEmpty)
                let label = try #require(event["args"]?["name"]?.asText)
                if name == "process_name" {
                    processes += 1
                } else {
                    #expect(name == "thread_name" && tracks.updateValue(label, forKey: thread) == nil)
                }
            case "X":
                #expect(keys == ["name", "ph", "pid", "tid", "cat", "ts", "dur", "args"] && tracks[thread] != nil)
                let (start, length) = (try #require(event["ts"]?.asNumber), try #require(event["dur"]?.asNumber))
                #expect(start >= 0 && length >= 0)
                let begin = Int((1000 * start).rounded())
                let end = begin + Int((1000 * length).rounded())
                while let last = open[thread]?.last, last <= begin { open[thread]?.removeLast() }
                #expect(open[thread]?.last.map { end <= $0 } ?? true, "\(event)")
                open[thread, default: []].append(end)
                slices.append(event)
            default: Issue.record("\(event)")
            }
        }
        #expect(processes == 1 && Set(tracks.values).count == tracks.count && tracks[0] == "caller")
        return slices
    }

    private static func members(_ value: JSONValue) -> [String: JSONValue]? {
        if case .object(let members) = value { members } else { nil }
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
