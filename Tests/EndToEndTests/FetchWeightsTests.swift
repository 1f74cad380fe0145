import Checkpoints
import Foundation
import Testing

/// `Tools/fetch-weights` from a mirror in a folder, with the smallest published file drawn up for the test.
@Suite("Tools/fetch-weights")
struct FetchWeightsTests {
    private struct Outcome {
        var status: Int32
        var text: String
    }

    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// A copy of the tool beside a manifest of one file, so that nothing large is needed.
    private func makeTool(_ command: Command, contents: Data, digest: String? = nil) throws -> String {
        let tool = try command.write(
            Data(contentsOf: Self.repository.appendingPathComponent("Tools/fetch-weights")), to: "Tools/fetch-weights")
        let file = command.folder.appendingPathComponent("digest-me")
        try contents.write(to: file)
        let sha = try digest ?? SHA256.hexadecimalDigest(ofFile: file.path)
        try FileManager.default.removeItem(at: file)
        let manifest = """
            {
              "version": 1,
              "models": [
                {"name": "tiny",
                 "kind": "merges",
                 "title": "a tiny file",
                 "licence": "MIT",
                 "page": "",
                 "needs": ["other"],
                 "files": [
                   {"model": "tiny", "file": "tiny.bin", "bytes": \(contents.count), "sha256": "\(sha)", "source": "file:///nowhere/tiny.bin"}
                 ]},
                {"name": "other",
                 "kind": "merges",
                 "title": "another file",
                 "licence": "MIT",
                 "page": "",
                 "needs": [],
                 "files": [
                   {"model": "other", "file": "other.bin", "bytes": null, "sha256": null, "git_blob": "257cc5642cb1a054f08cc83f2d943e56fd3ebe99", "source": "file:///nowhere/other.bin"}
                 ]}
              ]
            }
            """
        try command.write(Data(manifest.utf8), to: "Weights/manifest.json")
        return tool
    }

    private func run(_ command: Command, _ tool: String, _ arguments: [String]) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = [tool] + arguments
        process.currentDirectoryURL = command.folder
        let file = command.folder.appendingPathComponent(".text")
        try Data().write(to: file)
        let handle = try FileHandle(forWritingTo: file)
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, text: String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }

    @Test("fetches what was asked and what it needs, and knows it the second time")
    func fetches() throws {
        let command = try Command()
        let contents = Data("some bytes".utf8)
        let tool = try makeTool(command, contents: contents)
        try command.write(contents, to: "mirror/tiny/tiny.bin")
        try command.write(Data("foo\n".utf8), to: "mirror/other/other.bin")
        let first = try run(command, tool, ["--to", "weights", "--mirror", "mirror", "tiny"])
        #expect(first.status == 0, "\(first.text)")
        #expect(command.files(under: "weights") == ["other/other.bin", "tiny/tiny.bin"])
        #expect(try command.data("weights/tiny/tiny.bin") == contents)
        let second = try run(command, tool, ["--to", "weights", "--offline", "tiny"])
        #expect(second.status == 0, "\(second.text)")
        #expect(second.text.contains("there and right"))
    }

    @Test("goes on with a broken transfer")
    func resumes() throws {
        let command = try Command()
        let contents = Data((0..<5000).map { UInt8($0 % 251) })
        let tool = try makeTool(command, contents: contents)
        try command.write(contents, to: "mirror/tiny/tiny.bin")
        try command.write(Data("foo\n".utf8), to: "mirror/other/other.bin")
        try command.write(contents.prefix(1234), to: "weights/tiny/.tiny.bin.part")
        let mirror = "file://" + command.folder.appendingPathComponent("mirror").path
        let outcome = try run(command, tool, ["--to", "weights", "--mirror", mirror, "tiny"])
        #expect(outcome.status == 0, "\(outcome.text)")
        #expect(try command.data("weights/tiny/tiny.bin") == contents)
    }

    @Test("keeps nothing that is not the published file")
    func refuses() throws {
        let command = try Command()
        let tool = try makeTool(command, contents: Data("right".utf8))
        try command.write(Data("wrong".utf8), to: "mirror/tiny/tiny.bin")
        let outcome = try run(command, tool, ["--to", "weights", "--mirror", "mirror", "tiny"])
        #expect(outcome.status == 1)
        #expect(outcome.text.contains("not the published"), "\(outcome.text)")
        #expect(command.files(under: "weights").filter { !$0.hasSuffix(".lock") }.isEmpty)
        #expect(try run(command, tool, ["--to", "weights", "--offline", "tiny"]).status == 1)
        #expect(try run(command, tool, ["--to", "weights", "nothing"]).status == 2)
        #expect(try run(command, tool, ["--frob"]).status == 2)
    }

    @Test("the list is the manifest")
    func list() throws {
        let command = try Command()
        struct Manifest: Decodable {
            struct Model: Decodable {
                struct File: Decodable {
                    var model: String
                    var bytes: Int?
                    var sha256: String?
                    var gitBlob: String?
                }

                var name: String
                var needs: [String]
                var files: [File]
            }

            var models: [Model]
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let manifest = try decoder.decode(
            Manifest.self, from: Data(contentsOf: Self.repository.appendingPathComponent("Weights/manifest.json")))
        let tool = Self.repository.appendingPathComponent("Tools/fetch-weights").path
        let lines = try run(command, tool, ["--list"]).text.split(separator: "\n")
        #expect(lines.map { $0.split(separator: " ")[0] } == manifest.models.map { Substring($0.name) })
        let names = Set(manifest.models.map(\.name))
        for model in manifest.models {
            #expect(model.needs.allSatisfy(names.contains))
            for file in model.files {
                #expect(file.model == model.name)
                #expect(file.sha256?.count == 64 || file.gitBlob?.count == 40)
            }
        }
    }
}
