import Foundation
import Testing

@Suite("what Vitrine did not write stays")
struct OutputSafetyTests {
    private func segment(_ command: Command, _ pictures: [String], output: String) throws -> Command.Outcome {
        try command.run(["segment"] + pictures + ["--object", "plate", "--output", output, "--quiet"])
    }

    @Test(
        "a picture in the place of its own results is refused and kept",
        arguments: [(["a.png"], "."), (["."], "."), (["*.png"], "."), (["pics"], "pics")])
    func pictures(_ pictures: [String], _ output: String) throws {
        let command = try Command()
        let name = output == "pics" ? "pics/a.png" : "a.png"
        try command.write(SamplePictures.png(), to: name)
        let outcome = try segment(command, pictures, output: output)
        #expect(outcome.status == 5, "\(outcome.errors)")
        #expect(outcome.errors.contains("a.png is a file that Vitrine did not write"), "\(outcome.errors)")
        #expect(try command.data(name) == SamplePictures.png())
    }

    @Test("results may go into the folder of the pictures, where they are no pictures")
    func beside() throws {
        let command = try Command()
        for name in ["a.png", "sub/b.png"] { try command.write(SamplePictures.png(), to: "pics/" + name) }
        let mask = ["mask", "pics/a.png", "--point", "9,9", "--output", "pics"]
        let masks = ["masks", "pics", "--points-per-side", "2", "--output", "pics", "--quiet"]
        let embed = ["embed", "pics", "--output", "pics/rows.safetensors"]
        for _ in 0..<2 {
            for (arguments, count) in [(mask, 3), (masks, 2), (embed, 1)] {
                let outcome = try command.run(arguments)
                #expect(outcome.status == 0, "\(outcome.errors)")
                #expect(outcome.output.split(separator: "\n").count == count, "\(outcome.output)")
            }
            #expect(try command.run(embed).output.contains("image_embeddings [2, "))
        }
        for name in ["a.png", "sub/b.png"] { #expect(try command.data("pics/" + name) == SamplePictures.png()) }
        let found = Set(command.files(under: "pics").map { $0.split(separator: "/").dropLast().joined(separator: "/") })
        #expect(found == ["", "sub", "a.png.mask", "a.png.masks", "sub/b.png.masks"])
    }

    @Test("a plan replaces an earlier plan and nothing else")
    func plan() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "pics/a.png")
        try command.write(Data("{\"path\":\"pics/a.png\"}\n".utf8), to: "list.jsonl")
        for output in ["pics/a.png", "list.jsonl"] {
            let before = try command.data(output)
            let outcome = try command.run(["plan", output, "--output", output])
            #expect(outcome.status == 5, "\(outcome.errors)")
            #expect(
                outcome.errors == "vitrine: \(output) exists, and nothing in it says that this command wrote it; name "
                    + "another file\n")
            #expect(try command.data(output) == before)
        }
        for _ in 0..<2 { #expect(try command.run(["plan", "list.jsonl", "--output", "m.jsonl"]).status == 0) }
        let edited = String(decoding: try command.data("m.jsonl"), as: UTF8.self).replacing("a.png", with: "b.png")
        try command.write(Data(edited.utf8), to: "m.jsonl")
        #expect(try command.run(["plan", "pics", "--output", "m.jsonl"]).status == 0)
    }

    @Test("a note in a folder of results, and a link in its place, are refused and kept")
    func strangers() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        #expect(try segment(command, ["a.png"], output: "out").status == 0)
        try command.write(Data("mine".utf8), to: "out/a.png/notes.txt")
        let before = command.files(under: "out")
        let outcome = try segment(command, ["a.png"], output: "out")
        #expect(outcome.status == 5 && outcome.errors.contains("notes.txt"), "\(outcome.errors)")
        #expect(command.files(under: "out") == before)
        try FileManager.default.createDirectory(
            at: command.folder.appendingPathComponent("other"), withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(
            atPath: command.folder.appendingPathComponent("other/a.png").path, withDestinationPath: "../out")
        let linked = try segment(command, ["a.png"], output: "other")
        #expect(linked.status == 5 && linked.errors.contains("is a link"), "\(linked.errors)")
        #expect(command.files(under: "out") == before)
    }

    @Test("a picture whose result has too long a path fails alone")
    func longPath() throws {
        let command = try Command()
        let deep = Array(repeating: String(repeating: "d", count: 240), count: 14).joined(separator: "/")
        try command.write(SamplePictures.png(), to: "in/\(deep)/a.png")
        try command.write(SamplePictures.png(), to: "in/b.png")
        let output = Array(repeating: String(repeating: "o", count: 200), count: 4).joined(separator: "/")
        let outcome = try segment(command, ["in"], output: command.folder.path + "/" + output)
        #expect(outcome.status == 3, "\(outcome.errors)")
        #expect(outcome.errors.contains("File name too long"), "\(outcome.errors)")
        #expect(command.files(under: output).filter { $0.hasPrefix("b.png/") }.count == SegmentTests.fileNames.count)
    }

    @Test("where files cannot grow the command ends with 5, leaves no half result, and goes on when they can")
    func full() throws {
        let command = try Command()
        for name in ["a", "b"] { try command.write(SamplePictures.png(), to: "in/\(name).png") }
        let arguments = ["segment", "in", "--object", "plate", "--output", "out", "--quiet", "--reproducible"]
        // Blocks of 512 bytes: enough for the lock and the mark, not for an overlay.
        let outcome = try command.shell("ulimit -f 16; exec \"$@\"", arguments)
        #expect(outcome.status == 5)
        #expect(outcome.errors.contains("a.png") && outcome.errors.contains("File too large"), "\(outcome.errors)")
        #expect(command.files(under: "out").filter { $0.contains(".png/") }.isEmpty)
        #expect(try command.run(arguments).status == 0)
        let results = command.files(under: "out").filter { $0.contains(".png/") }
        #expect(results.count == 2 * SegmentTests.fileNames.count)
        #expect(try command.shell("ulimit -f 0; exec \"$@\"", arguments.map { $0 == "out" ? "new" : $0 }).status == 5)
    }

    @Test("a run that cannot write tidies up, though the next picture is on its way to the disk")
    func tidies() throws {
        let command = try Command()
        for name in ["a", "b", "c", "d"] { try SmallPlates.write(1, to: command, as: "in/\(name).png") }
        for number in 1...6 {
            let outcome = try command.shell("ulimit -f 16; exec \"$@\"", SmallPlates.segment(["in"], "out\(number)"))
            #expect(outcome.status == 5)
            for name in [".vitrine-lock", ".vitrine-partial"] {
                let path = "\(command.folder.path)/out\(number)/\(name)"
                #expect(!FileManager.default.fileExists(atPath: path), "\(name) in run \(number)")
            }
        }
    }

    @Test("results of an earlier run are no pictures for the next")
    func resultsAsInputs() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "in/a.png")
        for output in ["in/one", "in/two", "in/three"] {
            let outcome = try segment(command, ["in"], output: output)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output.split(separator: "\n").count == 1, "\(outcome.output)")
        }
    }

    @Test("a second process is refused by the name of the first, and all results are whole")
    func twoProcesses() throws {
        let command = try Command()
        for index in 0..<3 { try command.write(SamplePictures.png(), to: "in/\(index).png") }
        let first = try command.process(["segment", "in", "--object", "plate", "--output", "out", "--quiet"])
        first.standardOutput = FileHandle.nullDevice
        try first.run()
        let lock = command.folder.appendingPathComponent("out/.vitrine-lock").path
        while first.isRunning && !FileManager.default.fileExists(atPath: lock) { usleep(1000) }
        try #require(first.isRunning)
        let second = try segment(command, ["in"], output: "out")
        first.waitUntilExit()
        #expect(second.status == 5, "\(second.errors)")
        #expect(second.errors.contains("process \(first.processIdentifier) on "), "\(second.errors)")
        #expect(first.terminationStatus == 0)
        #expect(command.results(under: "out").count == 3 * SegmentTests.fileNames.count)
    }
}
