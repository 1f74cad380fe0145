import Foundation
import Testing

/// The folder of text vectors that nobody named.
@Suite("the text cache by default") struct TextCacheTests {
    /// Runs the command with `XDG_CACHE_HOME`, `HOME` and `VITRINE_TEXT_CACHE` as given, and none of them otherwise.
    private func run(
        _ command: Command, _ arguments: [String], _ environment: [String: String]
    ) throws -> Command.Outcome {
        let process = try command.process(arguments)
        for name in ["XDG_CACHE_HOME", "HOME", "VITRINE_TEXT_CACHE"] { process.environment?[name] = environment[name] }
        return try command.run(process)
    }

    private func segment(
        _ command: Command, _ output: String, _ environment: [String: String], _ flags: [String] = []
    ) throws -> Command.Outcome {
        let fixed = ["segment", "a.png", "--object", "plate", "--output", output, "--reproducible", "--quiet"]
        return try run(command, fixed + flags, environment)
    }

    private func made() throws -> Command {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        return command
    }

    @Test("vectors are kept in the user's folder for caches and used from there, with the same bytes")
    func kept() throws {
        let command = try made()
        let home = ["HOME": command.folder.path + "/home"]
        for output in ["first", "second"] {
            let outcome = try segment(command, output, home)
            #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        }
        let folder = "home/.cache/vitrine/text"
        let entries = command.files(under: folder)
        #expect(entries.filter { $0.hasSuffix(".safetensors") }.count == 1 && entries.count <= 2, "\(entries)")
        #expect(try segment(command, "without", home, ["--no-text-cache"]).status == 0)
        #expect(command.files(under: folder) == entries)
        for output in ["second", "without"] {
            #expect(try command.data("\(output)/a.png/map.npy") == command.data("first/a.png/map.npy"))
        }
        // A damaged entry shows which run looks there.
        let entry = try #require(entries.first { $0.hasSuffix(".safetensors") })
        try command.write(Data("no weights".utf8), to: "\(folder)/\(entry)")
        #expect(try segment(command, "ignored", home, ["--no-text-cache"]).errors.isEmpty)
        #expect(try segment(command, "looked", home).errors.contains("computed again"))
    }

    @Test("XDG_CACHE_HOME comes before the home folder, and a flag and VITRINE_TEXT_CACHE before both")
    func order() throws {
        let command = try made()
        let root = command.folder.path
        var environment = ["HOME": root + "/home", "XDG_CACHE_HOME": root + "/xdg"]
        #expect(try segment(command, "a", environment).status == 0)
        #expect(command.files(under: "xdg/vitrine/text").count >= 1)
        environment["VITRINE_TEXT_CACHE"] = "named"
        #expect(try segment(command, "b", environment).status == 0)
        #expect(command.files(under: "named").count >= 1)
        #expect(try segment(command, "c", environment, ["--text-cache", "flag"]).status == 0)
        #expect(command.files(under: "flag").count >= 1)
        let before = command.files(under: "xdg")
        for (flags, value) in [(["--no-text-cache"], "named"), ([], "")] {
            environment["VITRINE_TEXT_CACHE"] = value
            #expect(try segment(command, "d", environment, ["--overwrite"] + flags).status == 0)
            #expect(command.files(under: "xdg") == before)
        }
        #expect(!FileManager.default.fileExists(atPath: root + "/home"))
        let both = try segment(command, "e", environment, ["--text-cache", "flag", "--no-text-cache"])
        #expect(both.status == 2 && both.errors.contains("leave one out"), "\(both.errors)")
    }

    @Test("a folder that cannot be made is one warning and no error, and no folder is none")
    func unwritable() throws {
        let command = try made()
        try command.write(Data("a file".utf8), to: "xdg")
        let blocked = ["XDG_CACHE_HOME": command.folder.path + "/xdg"]
        let outcome = try segment(command, "a", blocked)
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("warning: text vectors and digests are not kept, for "), "\(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
        #expect(try segment(command, "b", ["HOME": "relative"]).errors.isEmpty)
        #expect(try segment(command, "c", [:]).errors.isEmpty)
        #expect(command.files(under: "relative").isEmpty)
    }

    @Test("doctor shows the folder and how much is in it")
    func doctor() throws {
        let command = try made()
        let home = ["HOME": command.folder.path + "/home"]
        func line(_ environment: [String: String]) throws -> (line: String, status: Int32) {
            let outcome = try run(command, ["doctor"], environment)
            let line = outcome.output.split(separator: "\n").first { $0.hasPrefix("text cache:") }
            return (String(line ?? ""), outcome.status)
        }
        let empty = try line(home)
        #expect(empty.line.hasSuffix("/home/.cache/vitrine/text (nothing is kept yet)"), "\(empty.line)")
        try command.write(Data(count: 2500), to: "home/.cache/vitrine/text/a.safetensors")
        let one = try line(home)
        #expect(one.line.hasSuffix("/home/.cache/vitrine/text (1 file, 3 kB)"), "\(one.line)")
        #expect(
            try line(home.merging(["VITRINE_TEXT_CACHE": ""]) { $1 }).line.contains(
                "none (VITRINE_TEXT_CACHE is empty)"))
        try command.write(Data("a file".utf8), to: "xdg")
        let blocked = try line(["XDG_CACHE_HOME": command.folder.path + "/xdg"])
        #expect(blocked.line.contains("/xdg/vitrine/text cannot be written") && blocked.status == 0, "\(blocked)")
    }
}
