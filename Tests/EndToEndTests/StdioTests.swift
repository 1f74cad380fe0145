import Foundation
import JSONText
import Testing

/// A command that reads requests from a pipe and writes answers to another.
private final class Service {
    private let process: Process
    private let input = Pipe()
    private let output = Pipe()
    private var unread = Data()
    private var isReading = true

    init(_ command: Command, _ arguments: [String]) throws {
        // A command that has ended must not end the tests with it.
        signal(SIGPIPE, SIG_IGN)
        process = try command.process(arguments)
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        try output.fileHandleForWriting.close()
    }

    deinit { if process.isRunning { process.terminate() } }

    func send(_ request: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data((request + "\n").utf8))
    }

    /// The next line; nil at the end.
    func answer() throws -> JSONValue? {
        while !unread.contains(UInt8(ascii: "\n")) {
            let more = isReading ? output.fileHandleForReading.availableData : Data()
            if more.isEmpty { return nil }
            unread += more
        }
        let line = unread.prefix { $0 != UInt8(ascii: "\n") }
        unread = Data(unread.dropFirst(line.count + 1))
        return try JSONValue(String(decoding: line, as: UTF8.self))
    }

    func stopReading() throws {
        isReading = false
        try output.fileHandleForReading.close()
    }

    func interrupt() { process.interrupt() }

    /// Ends the requests. The status of the process, and what it wrote since.
    func end() throws -> (status: Int32, lines: [JSONValue]) {
        try input.fileHandleForWriting.close()
        return try rest()
    }

    func rest() throws -> (status: Int32, lines: [JSONValue]) {
        var lines: [JSONValue] = []
        while let line = try answer() { lines.append(line) }
        process.waitUntilExit()
        return (process.terminationStatus, lines)
    }
}

@Suite("requests on standard input")
struct StdioTests {
    private static let segment = ["segment", "--stdio", "--object", "metal plate", "--quiet"]

    private static func checkSummary(_ end: (status: Int32, lines: [JSONValue]), ok: Double, failed: Double) {
        #expect(end.lines.count == 1)
        #expect(end.lines.last?["kind"] == .text("summary") && end.lines.last?["end"] == .boolean(true))
        #expect(end.lines.last?["ok"]?.asNumber == ok && end.lines.last?["failed"]?.asNumber == failed)
        #expect(end.status == (failed > 0 ? 3 : 0))
    }

    @Test(
        "each request is answered before the next one is sent, and the last line counts them", .timeLimit(.minutes(1)))
    func lockStep() throws {
        let command = try Command()
        try command.write(SamplePictures.png(SamplePictures.plate(holeRadius: 20)), to: "in/a.png")
        let service = try Service(command, Self.segment)
        for (request, name, seq) in [
            (#"{"path":"in/a.png"}"#, "a.png", 1.0), (#"{"path":"in/a.png","id":"x/y","seq":70}"#, "x/y", 70),
            (#"{"path":"in/none.png","seq":-1}"#, "none.png", -1),
            (#"{"path":"in/a.png","object":"tile"}"#, "a.png", 4),
        ] {
            try service.send(request)
            let answer = try #require(try service.answer())
            #expect(answer["kind"] == .text(name == "none.png" ? "failure" : "segment"), "\(request)")
            #expect(answer["picture"]?["name"] == .text(name) && answer["seq"]?.asNumber == seq, "\(request)")
            if name != "none.png" {
                #expect(answer["object"] == .text(request.contains("tile") ? "tile" : "metal plate"))
                #expect(answer["regions"]?.asList?.isEmpty == false)
            }
        }
        Self.checkSummary(try service.end(), ok: 3, failed: 1)
        #expect(command.files(under: "") == ["in/a.png"], "nothing is written without --output")
    }

    @Test("a bad request is answered by a failure in its place, and the rest go on", .timeLimit(.minutes(1)))
    func badRequests() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        let service = try Service(command, Self.segment)
        let long = String(repeating: "x", count: 1 << 20)
        let requests: [(String, String)] = [
            ("", "no JSON object"), ("a.png", "no JSON object"), (#"["a.png"]"#, "no JSON object"),
            ("{}", "no \"path\""), (#"{"path":7}"#, "no \"path\""), (#"{"path":""}"#, "no \"path\""),
            (#"{"path":"a.png","objct":"x"}"#, "the key \"objct\""), (#"{"path":"a.png","seq":0.5}"#, "\"seq\""),
            (#"{"path":"a.png","seq":"1"}"#, "\"seq\""), (#"{"path":"a.png","object":""}"#, "\"object\""),
            (#"{"path":"a.png","id":""}"#, "\"id\""), (#"{"path":"\#(long)"}"#, "longer than"),
            ("\u{0}", "no JSON object"),
            (#"{"path":"a\u0000b"}"#, "no \"path\""), (#"{"path":"."}"#, "folder"),
            (#"{"path":"a.png","object":"\#(String(repeating: "plate ", count: 90))"}"#, "tokens"),
        ]
        for (request, _) in requests { try service.send(request) }
        try service.send(#"{"path":"a.png"}"#)
        for (index, (request, sentence)) in requests.enumerated() {
            let answer = try #require(try service.answer())
            #expect(answer["kind"] == .text("failure"), "\(request.prefix(60))")
            #expect(answer["seq"]?.asNumber == Double(index + 1), "\(request.prefix(60))")
            let error = answer["error"]?.asText ?? ""
            #expect(error.contains(sentence), "\(request.prefix(60)): \(error)")
        }
        #expect(try service.answer()?["kind"] == .text("segment"))
        Self.checkSummary(try service.end(), ok: 1, failed: Double(requests.count))
    }

    @Test("no request at all is a summary and a good end")
    func empty() throws {
        let command = try Command()
        let outcome = try command.run(Self.segment)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try JSONValue(outcome.output)["ok"]?.asNumber == 0)
    }

    @Test(
        "with an output folder each result has its files, and no result takes another's place", .timeLimit(.minutes(1)))
    func output() throws {
        let command = try Command()
        for name in ["in/a.png", "in2/a.png", "out/mine/note.txt"] { try command.write(SamplePictures.png(), to: name) }
        let service = try Service(command, Self.segment + ["--output", "out", "--keep", "mask"])
        let requests = [
            (#"{"path":"in/a.png"}"#, ""), (#"{"path":"in2/a.png"}"#, "called a.png already"),
            (#"{"path":"in2/a.png","id":"b/a.png"}"#, ""), (#"{"path":"in/a.png"}"#, ""),
            (#"{"path":"in/a.png","id":"../x"}"#, "\"id\""), (#"{"path":"in/a.png","id":"/x"}"#, "\"id\""),
            (#"{"path":"in/a.png","id":".vitrine-x"}"#, "\"id\""), (#"{"path":"in/a.png","id":"mine"}"#, "out/mine"),
            (#"{"path":"in/a.png","id":"\#(String(repeating: "n", count: 300))"}"#, "\"id\""),
        ]
        for (request, sentence) in requests {
            try service.send(request)
            let answer = try #require(try service.answer())
            let error = answer["error"]?.asText ?? ""
            #expect(
                (error.isEmpty && sentence.isEmpty) || (!sentence.isEmpty && error.contains(sentence)),
                "\(request): \(error)")
        }
        Self.checkSummary(try service.end(), ok: 3, failed: 6)
        let files = ["a.png/.vitrine", "a.png/mask.png", "b/a.png/.vitrine", "b/a.png/mask.png", "mine/note.txt"]
        #expect(command.files(under: "out") == files)
    }

    @Test("a reader that goes away ends the command with 5, a signal with a summary", .timeLimit(.minutes(1)))
    func ends() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        let service = try Service(command, Self.segment)
        try service.send(#"{"path":"a.png"}"#)
        _ = try service.answer()
        try service.stopReading()
        try service.send(#"{"path":"a.png"}"#)
        #expect(try service.end().status == 5)
        let stopped = try Service(command, Self.segment)
        try stopped.send(#"{"path":"a.png"}"#)
        _ = try stopped.answer()
        stopped.interrupt()
        let end = try stopped.rest()
        #expect(end.status == 130)
        #expect(end.lines.map { $0["kind"] } == [.text("summary")])
    }

    @Test("pictures on the command line are refused beside requests")
    func usage() throws {
        let command = try Command()
        let outcome = try command.run(Self.segment + ["a.png"])
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("--stdio"), "\(outcome.errors)")
    }

    @Test("classify answers requests too", .timeLimit(.minutes(1)))
    func classify() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        let service = try Service(command, ["classify", "--stdio", "--labels", "plate,leather"])
        try service.send(#"{"path":"a.png","seq":9}"#)
        let answer = try #require(try service.answer())
        #expect(answer["kind"] == .text("classify") && answer["seq"]?.asNumber == 9)
        #expect(answer["labels"]?.asList?.count == 2)
        try service.send(#"{"path":"a.png","object":"x"}"#)
        #expect(try service.answer()?["error"]?.asText?.contains("object") == true)
        Self.checkSummary(try service.end(), ok: 1, failed: 1)
    }
}
