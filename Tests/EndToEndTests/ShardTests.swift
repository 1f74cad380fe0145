import Checkpoints
import Foundation
import JSONText
import Testing

@Suite("a job in parts")
struct ShardTests {
    private func command(pictures: Int = 5) throws -> Command {
        let command = try Command()
        for index in 0..<pictures { try SmallPlates.write(index, to: command) }
        // It stands between pictures of its shard.
        try command.write(Data("no picture".utf8), to: "in/0bad.png")
        #expect(try command.run(["plan", "in", "--output", "m.jsonl"]).status == 0)
        return command
    }

    private func run(_ command: Command, _ flags: [String], output: String) throws -> Command.Outcome {
        try command.run(SmallPlates.segment(["--manifest", "m.jsonl"] + flags, output))
    }

    private func merge(_ command: Command, _ shards: [String], _ flags: [String] = []) throws -> Command.Outcome {
        try command.run(["merge"] + shards + ["--output", "out"] + flags)
    }

    @Test("shards put together in any order are the bytes of one run, and a run goes on from there")
    func merged() throws {
        let command = try command()
        #expect(try run(command, [], output: "one").status == 3)
        // Looking for the pictures finds the same job as reading its manifest.
        let shards = [["--manifest", "m.jsonl"], ["in"], ["in"]].enumerated().map { index, pictures in
            (SmallPlates.segment(pictures + ["--shard", "\(index + 1)/3"], "s\(index + 1)"), "s\(index + 1)")
        }
        for (arguments, _) in shards { #expect([0, 3].contains(try command.run(arguments).status)) }
        let one = try SmallPlates.contents(command, "one")
        for order in [["s1", "s2", "s3"], ["s3", "s1", "s2"]] {
            for flags in [[], [], ["--overwrite"]] {
                let outcome = try merge(command, order, flags)
                #expect(outcome.status == 0, "\(outcome.errors)")
                #expect(outcome.output == "out: 5 done, 1 failed, of 6 pictures\n")
                #expect(try SmallPlates.contents(command, "out") == one)
            }
        }
        let resumed = try run(command, [], output: "out")
        #expect(resumed.status == 3 && resumed.output == "", "\(resumed.errors)")
        #expect(try SmallPlates.contents(command, "out") == one)
    }

    @Test("what is missing, twice, other or changed is refused by name")
    func refused() throws {
        let command = try command(pictures: 4)
        for number in 1...2 { _ = try run(command, ["--shard", "\(number)/2"], output: "s\(number)") }
        _ = try run(command, ["--shard", "2/2", "--stages", "1"], output: "other")
        _ = try run(command, ["--shard", "1/3"], output: "third")
        let first = try merge(command, ["s1"])
        #expect(first.status == 4 && first.errors.contains("shard 2/2 is missing"), "\(first.errors)")
        let twice = try merge(command, ["s1", "s2", "s2"])
        #expect(twice.status == 4 && twice.errors.contains("shard 2/2 is there twice: s2, s2"), "\(twice.errors)")
        let other = try merge(command, ["s1", "other"])
        #expect(
            other.status == 4
                && other.errors.contains("other: settings.configuration.cascade.stageCount was 3 and is 1"),
            "\(other.errors)")
        let third = try merge(command, ["s1", "third"])
        #expect(third.status == 4 && third.errors.contains("third one of 3"), "\(third.errors)")
        #expect(try command.run(["merge", "in", "--output", "out"]).errors.contains("in is not done"))
        #expect(!FileManager.default.fileExists(atPath: command.folder.path + "/out"))

        let partial = try merge(command, ["s1", "in"], ["--allow-missing"])
        #expect(partial.status == 0 && partial.errors.contains("left out: shard 2/2 is missing"), "\(partial.errors)")
        #expect(!FileManager.default.fileExists(atPath: command.folder.path + "/out/done.json"))
        #expect(try merge(command, ["s2", "s1"]).status == 0)
        #expect(FileManager.default.fileExists(atPath: command.folder.path + "/out/done.json"))

        try FileManager.default.removeItem(at: command.folder.appendingPathComponent("out"))
        let result = try #require(command.files(under: "s1").first { $0.hasSuffix("map.npy") })
        try FileManager.default.removeItem(at: command.folder.appendingPathComponent("s1/\(result)"))
        let changed = try merge(command, ["s2", "s1"])
        #expect(
            changed.status == 4 && changed.errors.contains("s1: 1 result was changed or removed since"),
            "\(changed.errors)")
        try command.write(Data("{}\n".utf8), to: "s2/results.jsonl")
        let edited = try merge(command, ["s2", "s1"])
        #expect(edited.status == 4 && edited.errors.contains("s2/results.jsonl was changed since"), "\(edited.errors)")
    }

    /// Changes a file at the top of a shard, and its digest in the marker with it.
    private func edit(
        _ command: Command, _ shard: String, _ name: String, _ change: (inout [Substring]) -> Void
    ) throws {
        func text(_ file: String) throws -> String {
            String(decoding: try command.data("\(shard)/\(file)"), as: UTF8.self)
        }
        var lines = try text(name).split(separator: "\n")
        change(&lines)
        let before = try SHA256.hexadecimalDigest(ofFile: command.folder.path + "/\(shard)/\(name)")
        try command.write(Data(lines.map { $0 + "\n" }.joined().utf8), to: "\(shard)/\(name)")
        let now = try SHA256.hexadecimalDigest(ofFile: command.folder.path + "/\(shard)/\(name)")
        try command.write(Data(try text("done.json").replacing(before, with: now).utf8), to: "\(shard)/done.json")
    }

    @Test("shards that contradict themselves are refused, though their digests are right")
    func contradictions() throws {
        let command = try command()
        for number in 1...2 { _ = try run(command, ["--shard", "\(number)/2"], output: "s\(number)") }
        func refusal(_ name: String, _ change: (inout [Substring]) -> Void) throws -> String {
            let kept = try command.data("s1/\(name)")
            let marker = try command.data("s1/done.json")
            try edit(command, "s1", name, change)
            let outcome = try merge(command, ["s1", "s2"])
            #expect(outcome.status == 4, "\(outcome.errors)")
            #expect(!FileManager.default.fileExists(atPath: command.folder.path + "/out/done.json"))
            try command.write(kept, to: "s1/\(name)")
            try command.write(marker, to: "s1/done.json")
            return outcome.errors
        }
        let fewer = try refusal("results.jsonl") { $0.removeLast() }
        #expect(fewer.contains("the shards hold 5 pictures and their manifest 6"), "\(fewer)")
        let twice = try refusal("results.jsonl") { $0[1] = $0[0] }
        #expect(twice.contains("0.png is there twice"), "\(twice)")
        let other = try refusal("results.jsonl") {
            $0[0] = Substring($0[0].replacing("\"score\":", with: "\"score\": "))
        }
        #expect(other.contains("s1: 1 result was changed or removed since: 0.png"), "\(other)")
        let foreign = try refusal("failures.jsonl") { lines in
            lines.append(#"{"picture":{"name":"4.png"}}"#)
        }
        #expect(foreign.contains("s1 holds 4.png, which belongs to another shard"), "\(foreign)")
        #expect(try merge(command, ["s1", "s2"]).status == 0)
    }

    @Test("a shard without pictures is a success, and part of the whole")
    func empty() throws {
        let command = try command(pictures: 0)
        let statuses = try (1...4).map { try run(command, ["--shard", "\($0)/4"], output: "s\($0)").status }
        #expect(statuses.sorted() == [0, 0, 0, 3])
        #expect(try merge(command, ["s1", "s2", "s3", "s4"]).output == "out: 0 done, 1 failed, of 1 pictures\n")
    }

    @Test("the recipe for a shell does the shards one after the other and puts them together")
    func shellLoop() throws {
        let command = try Command()
        for index in 0..<3 { try SmallPlates.write(index, to: command) }
        let recipe = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Tools/batch/shell-loop").standardizedFileURL.path
        let outcome = try command.shell(
            "VITRINE=\"$1\"; export VITRINE; exec '\(recipe)' in plate out 2", [])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("out/merged: 3 done, 0 failed, of 3 pictures"), "\(outcome.output)")
        #expect(outcome.output.contains("3 pictures in "), "\(outcome.output)")
        #expect(command.files(under: "out/merged").filter { $0.hasSuffix("/result.json") }.count == 3)
    }

    @Test("a task of a Slurm array takes its part, and another part does not go into its folder")
    func slurm() throws {
        let command = try command(pictures: 2)
        let environment = [
            "SLURM_ARRAY_TASK_ID": "5", "SLURM_ARRAY_TASK_MIN": "4", "SLURM_ARRAY_TASK_MAX": "5",
            "SLURM_ARRAY_TASK_STEP": "1", "SLURM_ARRAY_TASK_COUNT": "2",
        ]
        let arguments = SmallPlates.segment(["--manifest", "m.jsonl", "--shard", "auto"], "s")
        let outcome = try command.run(arguments, environment: environment)
        #expect(outcome.errors.contains("this task has shard 2/2"), "\(outcome.errors)")
        let shard = try command.json("s/run.json")["shard"]
        #expect(shard?["number"] == .number(2) && shard?["count"] == .number(2))
        let outside = try command.run(arguments)
        #expect(outside.status == 2 && outside.errors.contains("SLURM_ARRAY_TASK_ID is not set"), "\(outside.errors)")
        let other = try run(command, ["--shard", "1/2"], output: "s")
        #expect(other.status == 4 && other.errors.contains("shard.number was 2 and is 1"), "\(other.errors)")
    }
}

@Suite("plans")
struct PlanTests {
    @Test("the same pictures give the same bytes, wherever the manifest stands")
    func sameBytes() throws {
        let command = try Command()
        for name in ["in/b.png", "in/a/c.png", "in/d.JPG"] { try SmallPlates.write(1, to: command, as: name) }
        try FileManager.default.createDirectory(
            at: command.folder.appendingPathComponent("lists"), withIntermediateDirectories: false)
        for arguments in [["in", "-o", "m.jsonl"], ["./in/", "-o", "n.jsonl"], ["in", "-o", "lists/m.jsonl"]] {
            let outcome = try command.run(["plan"] + arguments)
            #expect(outcome.status == 0 && outcome.output.contains("3 pictures"), "\(outcome.errors)")
        }
        let lines = String(decoding: try command.data("m.jsonl"), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 4 && lines[0].contains(#""root":"in""#), "\(lines)")
        #expect(lines[1].hasPrefix(#"{"id":"a/c.png","path":"a/c.png","size":"#), "\(lines)")
        #expect(try command.data("m.jsonl") == command.data("n.jsonl"))
        #expect(
            try command.run(["plan", "in", "-o", "-"]).output
                == String(decoding: command.data("m.jsonl"), as: UTF8.self))
        let other = String(decoding: try command.data("lists/m.jsonl"), as: UTF8.self).split(separator: "\n")
        #expect(other[0].contains(#""root":"../in""#) && other.dropFirst() == lines.dropFirst(), "\(other)")
        for manifest in ["m.jsonl", "lists/m.jsonl"] {
            let outcome = try command.run(["classify", "--manifest", manifest, "--labels", "plate,leather"])
            #expect(outcome.status == 0 && outcome.output.split(separator: "\n").count == 3, "\(outcome.errors)")
        }
    }

    @Test("rows of a list become pictures, and all that is missing is named")
    func table() throws {
        let command = try Command()
        try SmallPlates.write(1, to: command, as: "data/x/a.png")
        try command.write(Data("path,id,split\nx/a.png,one,train\n".utf8), to: "data/list.csv")
        // Paths start from the list's folder, and from there they have to be found beside the manifest.
        try command.write(Data(), to: "lists/other")
        let outcome = try command.run(["plan", "data/list.csv", "-o", "lists/m.jsonl"])
        #expect(outcome.status == 0 && outcome.errors.contains("nothing is made of split"), "\(outcome.errors)")
        #expect(try command.run(SmallPlates.segment(["--manifest", "lists/m.jsonl"], "out")).output.hasPrefix("one: "))
        let rooted = try command.run(["plan", "data", "--root", "data", "-o", "m.jsonl"])
        #expect(rooted.status == 2 && rooted.errors.contains("--root goes with one .csv"), "\(rooted.errors)")
        try command.write(
            Data("{\"path\":\"x/a.png\"}\n{\"path\":\"no.png\",\"mask\":\"none.png\"}\n".utf8), to: "data/l.jsonl")
        let missing = try command.run(["plan", "data/l.jsonl", "-o", "n.jsonl"])
        #expect(
            missing.status == 4 && missing.errors.contains("2 files that are not there: no.png, none.png"),
            "\(missing.errors)")
        try command.write(Data("path\n../x/a.png\n".utf8), to: "data/up.csv")
        let up = try command.run(["plan", "data/up.csv", "-o", "n.jsonl"])
        #expect(up.status == 4 && up.errors.contains("line 2: \"../x/a.png\" lies outside the root"), "\(up.errors)")
        #expect(up.errors.contains("(--root)"), "\(up.errors)")
        let damaged = String(decoding: try command.data("lists/m.jsonl"), as: UTF8.self).replacing("one", with: "two")
        try command.write(Data(damaged.utf8), to: "lists/m.jsonl")
        let changed = try command.run(SmallPlates.segment(["--manifest", "lists/m.jsonl"], "out"))
        #expect(changed.status == 4 && changed.errors.contains("was changed since it was made"), "\(changed.errors)")
        let both = try command.run(SmallPlates.segment(["data", "--manifest", "lists/m.jsonl"], "out"))
        #expect(both.status == 2, "\(both.errors)")
    }
}
