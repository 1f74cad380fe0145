import Foundation
import JSONText
import SmallWeights
import Testing

@Suite("a run that goes on where another stopped")
struct ResumeTests {
    /// A scratch folder with small pictures under `in`.
    private func command(pictures: Int = 3) throws -> Command {
        let command = try Command()
        for index in 0..<pictures { try SmallPlates.write(index, to: command) }
        return command
    }

    private func segment(_ command: Command, _ flags: [String] = [], output: String = "out") throws -> Command.Outcome {
        try command.run(SmallPlates.segment(["in"], output) + flags)
    }

    /// The names of the pictures that a run computed.
    private func computed(_ outcome: Command.Outcome) -> [String] {
        outcome.output.split(separator: "\n").compactMap { $0.split(separator: ":").first.map(String.init) }
    }

    @Test("only what is missing or damaged is done, and the bytes are those of one run")
    func missing() throws {
        let command = try command()
        #expect(computed(try segment(command)) == ["0.png", "1.png", "2.png"])
        let whole = try SmallPlates.contents(command, "out")
        let again = try segment(command)
        #expect(again.status == 0 && computed(again) == [], "\(again.errors)")
        #expect(try SmallPlates.contents(command, "out") == whole)
        let files = FileManager.default
        try files.removeItem(at: command.folder.appendingPathComponent("out/0.png"))
        try command.write(Data("short".utf8), to: "out/2.png/map.npy")
        #expect(computed(try segment(command)) == ["0.png", "2.png"])
        #expect(try SmallPlates.contents(command, "out") == whole)
        // A copy has other times, and the same bytes.
        try files.copyItem(
            at: command.folder.appendingPathComponent("out/1.png"), to: command.folder.appendingPathComponent("copy"))
        try files.removeItem(at: command.folder.appendingPathComponent("out/1.png"))
        try files.moveItem(
            at: command.folder.appendingPathComponent("copy"), to: command.folder.appendingPathComponent("out/1.png"))
        #expect(computed(try segment(command)) == [])
    }

    @Test("a picture that is new, or that changed, is done, and the rest is not")
    func changed() throws {
        let command = try command()
        #expect(try segment(command).status == 0)
        try SmallPlates.write(7, to: command, as: "in/1.png")
        try SmallPlates.write(3, to: command)
        // The same bytes with another time are the same picture.
        try SmallPlates.write(0, to: command)
        let outcome = try segment(command)
        #expect(computed(outcome) == ["1.png", "3.png"])
        let told = try command.run(SmallPlates.segment(["in"], "out").filter { $0 != "--quiet" })
        #expect(told.errors.contains("4 pictures, 4 done before"), "\(told.errors)")
        try SmallPlates.write(8, to: command, as: "in/1.png")
        let noted = try command.run(SmallPlates.segment(["in"], "out").filter { $0 != "--quiet" })
        #expect(noted.errors.contains("in/1.png was changed since; it is done again"), "\(noted.errors)")
    }

    @Test("other settings are refused with each difference, and --overwrite does all again")
    func settings() throws {
        let command = try command(pictures: 2)
        #expect(try segment(command).status == 0)
        let whole = try SmallPlates.contents(command, "out")
        let outcome = try segment(command, ["--stages", "2", "--show-points"])
        #expect(outcome.status == 4)
        #expect(
            outcome.errors.contains("settings.configuration.cascade.stageCount was 3 and is 2"), "\(outcome.errors)")
        #expect(outcome.errors.contains("settings.showPoints was false and is true"), "\(outcome.errors)")
        #expect(try SmallPlates.contents(command, "out") == whole)
        #expect(computed(try segment(command, ["--stages", "2", "--overwrite"])) == ["0.png", "1.png"])
        #expect(computed(try segment(command, ["--stages", "2"])) == [])
        #expect(try segment(command).status == 4)
    }

    @Test("other weights are refused, the same under another name are not")
    func weights() throws {
        let command = try command(pictures: 1)
        #expect(try segment(command).status == 0)
        let sam = try command.copyOfSmallSAM(as: "other.safetensors")
        #expect(try segment(command, ["--sam", sam]).status == 0)
        let changed = try command.copyOfSmallSAM(as: "changed.safetensors", changingLastByte: true)
        let outcome = try segment(command, ["--sam", changed])
        #expect(outcome.status == 4 && outcome.errors.contains("weights.SAM was "), "\(outcome.errors)")
    }

    @Test("what failed stays failed until it is to be tried again, or is mended")
    func failures() throws {
        let command = try command(pictures: 1)
        try command.write(Data("no picture".utf8), to: "in/bad.png")
        for flags in [[], [], ["--retry-failed"]] {
            let outcome = try segment(command, flags)
            #expect(outcome.status == 3)
            let wasTried = outcome.errors.contains("not a picture")
            #expect(wasTried == (flags != [] || computed(outcome) == ["0.png"]), "\(flags) \(outcome.errors)")
        }
        #expect(try segment(command, ["--partial-ok"]).status == 0)
        #expect(try command.json("out/failures.jsonl")["picture"]?["name"]?.asText == "bad.png")
        #expect(try command.json("out/results.jsonl")["picture"]?["name"]?.asText == "0.png")
        try SmallPlates.write(1, to: command, as: "in/bad.png")
        let mended = try segment(command)
        #expect(mended.status == 0 && computed(mended) == ["bad.png"], "\(mended.errors)")
        #expect(try command.data("out/failures.jsonl").isEmpty)
    }

    @Test("a picture that was not there when its turn came is done when it is")
    func absent() throws {
        let command = try command(pictures: 2)
        #expect(try command.run(["plan", "in", "--output", "m.jsonl"]).status == 0)
        try FileManager.default.removeItem(at: command.folder.appendingPathComponent("in/1.png"))
        let segment = SmallPlates.segment(["--manifest", "m.jsonl"], "out")
        #expect(try command.run(segment).status == 3)
        try SmallPlates.write(1, to: command)
        let outcome = try command.run(segment)
        #expect(outcome.status == 0 && computed(outcome) == ["1.png"], "\(outcome.errors)")
    }

    @Test("a run that was killed is gone on with, and leaves the bytes of one run")
    func killed() throws {
        let command = try command(pictures: 4)
        #expect(try segment(command, output: "one").status == 0)
        // The marker of a smaller job goes before anything else.
        #expect(try command.run(SmallPlates.segment(["in/0.png"], "out")).status == 0)
        #expect(FileManager.default.fileExists(atPath: command.folder.path + "/out/done.json"))
        for results in [1, 2] {
            let process = try command.process(SmallPlates.segment(["in"], "out"))
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            let last = command.folder.appendingPathComponent("out/\(results).png").path
            while process.isRunning && !FileManager.default.fileExists(atPath: last) { usleep(1000) }
            try #require(process.isRunning)
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            #expect(!FileManager.default.fileExists(atPath: command.folder.path + "/out/done.json"))
        }
        // The end of a line that was being written.
        let journal = command.folder.appendingPathComponent("out/.vitrine-journal")
        let handle = try FileHandle(forWritingTo: journal)
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("0123456789abcdef\tdone\t\"3.p".utf8))
        try handle.close()
        let rest = try segment(command)
        #expect(rest.status == 0 && !computed(rest).contains("0.png") && computed(rest).contains("3.png"))
        #expect(try SmallPlates.contents(command, "out") == SmallPlates.contents(command, "one"))
    }

    @Test("a file of somebody else in the place of one of Vitrine's is kept")
    func strangers() throws {
        for name in ["results.jsonl", "run.json", "done.json", "failures.jsonl", ".vitrine-journal"] {
            let command = try command(pictures: 1)
            try command.write(Data("mine".utf8), to: "out/\(name)")
            let outcome = try segment(command)
            #expect(outcome.status == 5, "\(outcome.errors)")
            #expect(outcome.errors.contains("out/\(name) is a file that Vitrine did not write"), "\(outcome.errors)")
            #expect(try command.data("out/\(name)") == Data("mine".utf8))
        }
    }

    @Test("progress is told in lines and in a file, and a dry run writes nothing")
    func progress() throws {
        let command = try command(pictures: 3)
        let dry = try segment(command, ["--dry-run", "--shard", "1/2"])
        #expect(dry.status == 0, "\(dry.errors)")
        #expect(dry.output.contains("shard 1/2 of 3 pictures; all shards: 3, 0"), "\(dry.output)")
        // All three fall into the first shard.
        #expect(dry.output.contains("3 to do, about "), "\(dry.output)")
        let megabytes = dry.output.split(separator: " ").split(separator: "MB").first?.last.flatMap { Int($0) }
        #expect(megabytes.map { (50...5000).contains($0) } == true, "\(dry.output)")
        #expect(!FileManager.default.fileExists(atPath: command.folder.path + "/out"))
        let outcome = try segment(command, ["--progress", "json", "--heartbeat", "beat.json"])
        let lines = try outcome.errors.split(separator: "\n").map { try JSONValue(String($0)) }
        #expect(lines.first?["done"] == .number(0) && lines.last?["done"] == .number(3), "\(outcome.errors)")
        #expect(try command.json("beat.json")["done"] == .number(3))
        let again = try segment(command, ["--dry-run"])
        #expect(again.output == "3 pictures, 3 done before\nnothing is left to do\n", "\(again.output)")
        let refused = try segment(command, ["--heartbeat", "no/beat.json"])
        #expect(refused.status == 5 && refused.errors.contains("--heartbeat"), "\(refused.errors)")
    }

    @Test("no picture's results take the place of Vitrine's own files")
    func takenNames() throws {
        let command = try command(pictures: 1)
        for id in ["run.json", "results.jsonl/a", ".vitrine-lock"] {
            try command.write(Data("path,id\nin/0.png,\(id)\n".utf8), to: "list.csv")
            #expect(try command.run(["plan", "list.csv", "--output", "m.jsonl"]).status == 0)
            let outcome = try command.run(SmallPlates.segment(["--manifest", "m.jsonl"], "out"))
            #expect(outcome.status == 4 && outcome.errors.contains("cannot be called \(id)"), "\(outcome.errors)")
        }
    }
}

extension Command {
    /// Returns the path of a copy of the small SAM's weights.
    fileprivate func copyOfSmallSAM(as name: String, changingLastByte changes: Bool = false) throws -> String {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: SmallWeights().sam))
        if changes { bytes[bytes.count - 1] ^= 1 }
        return try write(bytes, to: name)
    }
}

/// Pictures that are quick to work on, and how they are worked on here.
enum SmallPlates {
    /// The plate with a number has a hole of its own size.
    static func write(_ number: Int, to command: Command, as name: String? = nil) throws {
        let plate = SamplePictures.plate(width: 48, height: 48, holeRadius: 4 + number % 9)
        try command.write(SamplePictures.png(plate), to: name ?? "in/\(number).png")
    }

    static func segment(_ pictures: [String], _ output: String) -> [String] {
        ["segment"] + pictures + ["--object", "plate", "--reproducible", "--quiet", "--output", output]
    }

    /// All files of an output folder but its journal, whose lines hold times.
    static func contents(_ command: Command, _ folder: String) throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for file in command.files(under: folder) where file != ".vitrine-journal" {
            contents[file] = try command.data("\(folder)/\(file)")
        }
        return contents
    }
}
