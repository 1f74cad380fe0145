import Foundation
import Testing

/// Each of these gets one clear line, the right exit code, and leaves nothing half-written.
@Suite("bad input")
struct BadInputTests {
    struct BadPicture: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: @Sendable () throws -> Data
        /// What the line must say.
        var says: String

        var testDescription: String { name }
    }

    static let pictures: [BadPicture] = [
        BadPicture(name: "empty.png", bytes: { Data() }, says: "empty"),
        BadPicture(name: "text.png", bytes: { Data("no picture at all".utf8) }, says: "text.png"),
        BadPicture(name: "cut.png", bytes: { try SamplePictures.png().prefix(500) }, says: "cut.png"),
        BadPicture(name: "cut.jpg", bytes: { SamplePictures.truncatedJPEG }, says: "cut.jpg"),
        BadPicture(name: "huge.png", bytes: { SamplePictures.hugeHeader }, says: "20000 x 20000"),
    ]

    @Test("a bad picture is reported and the good one goes on", arguments: pictures)
    func badPicture(_ picture: BadPicture) throws {
        let command = try Command()
        try command.write(picture.bytes(), to: "in/\(picture.name)")
        try command.write(SamplePictures.png(), to: "in/good.png")
        let outcome = try command.run(["segment", "in", "--object", "plate", "--output", "out", "--quiet"])
        #expect(outcome.status == 3)
        let lines = outcome.errors.split(separator: "\n").filter { $0.contains(picture.name) }
        #expect(lines.count == 1, "\(outcome.errors)")
        #expect(lines.first?.contains(picture.says) == true, "\(outcome.errors)")
        #expect(command.results(under: "out") == SegmentTests.fileNames.map { "good.png/\($0)" })
    }

    @Test("a picture of one pixel is segmented like any other")
    func onePixel() throws {
        let command = try Command()
        try command.write(SamplePictures.png(SamplePictures.plate(width: 1, height: 1)), to: "dot.png")
        let outcome = try command.run(["segment", "dot.png", "--object", "plate", "--output", "out", "--quiet"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(command.results(under: "out") == SegmentTests.fileNames.map { "dot.png/\($0)" })
    }

    @Test("a folder without pictures, and a picture that is not there, end the command with 4")
    func nothingToDo() throws {
        let command = try Command()
        try command.write(Data("x".utf8), to: "in/readme.txt")
        for input in ["in", "missing.png", "*.gif"] {
            let outcome = try command.run(["segment", input, "--object", "plate", "--output", "out"])
            #expect(outcome.status == 4, "\(input)")
            #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
            #expect(outcome.errors.contains(input))
        }
    }

    @Test("an output folder that cannot be written ends the command with 5 before anything else")
    func unwritable() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        for output in ["a.png/out", "/proc/vitrine"] {
            let outcome = try command.run(["segment", "a.png", "--object", "plate", "--output", output])
            #expect(outcome.status == 5, "\(output)")
            #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
            #expect(outcome.errors.contains("--output"))
        }
    }

    @Test("an object name that is empty or far too long is wrong usage")
    func objectName() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        let long = Array(repeating: "plate", count: 300).joined(separator: " ")
        for name in ["", "   ", long] {
            let outcome = try command.run(["segment", "a.png", "--object", name, "--output", "out"])
            #expect(outcome.status == 2, "\(outcome.errors)")
            #expect(outcome.errors.contains("--object"), "\(outcome.errors)")
            #expect(command.files(under: "out").isEmpty)
        }
    }

    @Test("weights with a lying header, of another model, or that are no weights end the command with 4")
    func weights() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        let lying = Data([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]) + Data("{}".utf8)
        try command.write(lying, to: "lying.safetensors")
        try command.write(Data("version https://git-lfs.github.com/spec/v1\n".utf8), to: "pointer.safetensors")
        let small = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "../../Weights/small")
        let sam = small.appendingPathComponent("sam.safetensors").standardizedFileURL.path
        for (clip, says) in [
            ("lying.safetensors", "lying.safetensors"), ("pointer.safetensors", "LFS"), (sam, "sam.safetensors"),
            ("nowhere.safetensors", "nowhere.safetensors"),
        ] {
            let outcome = try command.run([
                "segment", "a.png", "--object", "plate", "--output", "out", "--clip", clip, "--merges",
                small.appendingPathComponent("merges.txt").path, "--quiet",
            ])
            #expect(outcome.status == 4, "\(clip): \(outcome.errors)")
            #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
            #expect(outcome.errors.contains(says), "\(outcome.errors)")
            #expect(command.files(under: "out").isEmpty)
        }
    }

    @Test(
        "wrong flags end with 2 and the usage",
        arguments: [
            ["segment", "a.png", "--object", "plate"], ["segment", "--object", "plate", "--output", "out"],
            ["segment", "a.png", "--object", "plate", "--output", "out", "--threads", "0"],
            ["segment", "a.png", "--object", "plate", "--output", "out", "--stages", "4"], ["segmnt"],
        ])
    func usage(_ arguments: [String]) throws {
        let outcome = try Command().run(arguments)
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.errors.contains("Usage:"))
        #expect(outcome.output.isEmpty)
    }

    @Test("help and version go to standard output and load nothing", arguments: ["--help", "--version"])
    func help(_ flag: String) throws {
        let outcome = try Command().run(
            [flag], environment: ["VITRINE_CLIP": "/nowhere/c", "VITRINE_SAM": "/nowhere/s"])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("vitrine") && outcome.errors.isEmpty)
    }
}
