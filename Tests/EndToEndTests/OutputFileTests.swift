import Foundation
import SmallWeights
import Testing

@Suite("a single output file")
struct OutputFileTests {
    private func embed(_ command: Command, _ output: String, _ more: [String] = []) throws -> Command.Outcome {
        try command.run(["embed", "--text", "a", "--output", output] + more)
    }

    @Test("only what the command wrote is replaced, and anything with --overwrite")
    func replacing() throws {
        let command = try Command()
        for (name, isReplaced) in [("x.safetensors", true), ("x.npy", false)] {
            #expect(try embed(command, name).status == 0)
            #expect(try embed(command, name).status == (isReplaced ? 0 : 5))
            try command.write(SamplePictures.png(), to: name)
            let refused = try embed(command, name)
            #expect(refused.status == 5 && refused.errors.contains("--overwrite"), "\(refused.errors)")
            #expect(try command.data(name) == SamplePictures.png())
            #expect(try embed(command, name, ["--overwrite"]).status == 0)
            #expect(try command.data(name) != SamplePictures.png())
        }
        try command.write(Data(contentsOf: URL(fileURLWithPath: SmallWeights().sam)), to: "w.safetensors")
        #expect(try embed(command, "w.safetensors").status == 5)
    }

    @Test("links, folders and devices are refused by what they are", arguments: [[], ["--overwrite"]])
    func strangers(_ more: [String]) throws {
        let command = try Command()
        let folder = command.folder.path
        try FileManager.default.createDirectory(atPath: folder + "/folder.npy", withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: folder + "/null.npy", withDestinationPath: "/dev/null")
        mkfifo(folder + "/pipe.npy", 0o600)
        for (name, says) in [("folder.npy", "is a folder"), ("null.npy", "is a link"), ("pipe.npy", "a pipe")] {
            let embedded = try embed(command, name, more)
            #expect(embedded.status == 5 && embedded.errors.contains(says), "\(embedded.errors)")
        }
        try FileManager.default.createSymbolicLink(atPath: folder + "/l.safetensors", withDestinationPath: "none")
        let converted = try command.run(["weights", "convert", SmallWeights().sam, "l.safetensors"] + more)
        #expect(converted.status == 5 && converted.errors.contains("is a link"), "\(converted.errors)")
        #expect(try embed(command, "none/x.npy", more).status == 5)
    }

    @Test("an input is never replaced, under no name of its")
    func inputs() throws {
        let command = try Command()
        let small = try SmallWeights()
        try command.write(SamplePictures.png(), to: "a.npy")
        try FileManager.default.linkItem(
            atPath: command.folder.path + "/a.npy", toPath: command.folder.path + "/b.npy")
        try command.write(Data(contentsOf: URL(fileURLWithPath: small.clip)), to: "clip.safetensors")
        for arguments in [
            ["a.npy", "--output", "a.npy"], ["a.npy", "--output", "b.npy"],
            ["--text", "a", "--clip", "clip.safetensors", "--merges", small.merges, "--output", "./clip.safetensors"],
        ] {
            let outcome = try command.run(["embed", "--overwrite"] + arguments)
            #expect(outcome.status == 5 && outcome.errors.contains("the same file as the input"), "\(outcome.errors)")
        }
        #expect(try command.data("b.npy") == SamplePictures.png())
        #expect(try command.data("clip.safetensors") == Data(contentsOf: URL(fileURLWithPath: small.clip)))
    }

    @Test("what a killed process left is cleared, and the file of one that writes stays")
    func leftovers() throws {
        let command = try Command()
        try command.write(Data("half".utf8), to: ".vitrine-1-a.part")
        try command.write(Data("half".utf8), to: ".vitrine-1-b.part")
        try command.write(Data("mine".utf8), to: ".1-a.part")
        let held = open(command.folder.path + "/.vitrine-1-b.part", O_WRONLY)
        defer { close(held) }
        try #require(flock(held, LOCK_EX) == 0)
        #expect(try embed(command, "x.npy").status == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: command.folder.path)
        #expect(
            Set(names).subtracting([".standard-output", ".standard-error"]) == [
                "x.npy", ".vitrine-1-b.part", ".1-a.part",
            ])
    }

    @Test("a full file system is noticed before models are loaded, and leaves nothing")
    func full() throws {
        let command = try Command()
        let outcome = try command.shell(
            "ulimit -f 0; exec \"$@\" >/dev/null", ["embed", "--text", "a", "--output", "x.npy"])
        #expect(outcome.status == 5)
        let halfway = try command.shell(
            "ulimit -f 8; exec \"$@\"", ["weights", "convert", SmallWeights().sam, "x.safetensors"])
        #expect(halfway.status == 5 && halfway.errors.contains("File too large"), "\(halfway.errors)")
        #expect(Set(command.files(under: ".")) == [".standard-output", ".standard-error"])
    }

    @Test("two processes that write one file leave one whole result")
    func twoProcesses() throws {
        let command = try Command()
        let arguments = ["weights", "convert", try SmallWeights().sam, "x.safetensors", "--overwrite"]
        let processes = try (0..<2).map { _ in
            let process = try command.process(arguments)
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            return process
        }
        for process in processes {
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }
        #expect(try command.run(["weights", "verify", "x.safetensors"]).status == 0)
        #expect(command.files(under: ".").filter { $0.hasSuffix(".part") }.isEmpty)
    }
}
