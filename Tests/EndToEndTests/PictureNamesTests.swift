import Foundation
import JSONText
import Testing

/// No picture vanishes for its name's sake.
@Suite("names of pictures")
struct PictureNamesTests {
    private static let composed = "caf\u{E9}.png"
    private static let decomposed = "cafe\u{301}.png"

    /// Makes `in/\xFF.png`, which Foundation cannot name.
    private func putStrangeName(_ command: Command) throws {
        let picture = command.folder.appendingPathComponent("in/a.png").path
        let place = Array((command.folder.path + "/in/").utf8) + [0xFF] + Array(".png".utf8) + [0]
        let linked = place.map(CChar.init(bitPattern:)).withUnsafeBufferPointer { place in
            place.baseAddress.map { link(picture, $0) }
        }
        try #require(linked == 0)
    }

    @Test("names that are not UTF-8, and two of different Unicode forms, have each a result and a row")
    func bytes() throws {
        let command = try Command()
        for name in ["a.png", Self.composed, Self.decomposed] {
            try command.write(SamplePictures.png(), to: "in/" + name)
        }
        try putStrangeName(command)
        let names = ["%FF.png", "a.png", Self.decomposed, Self.composed].sorted {
            $0.utf8.lexicographicallyPrecedes($1.utf8)
        }
        let outcome = try command.run(["segment", "in", "--object", "plate", "--output", "out", "--json", "--quiet"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let records = try outcome.output.split(separator: "\n").map { try JSONValue(String($0)) }
        let found = records.compactMap { $0["picture"]?["name"]?.asText }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        #expect(found.map { Array($0.utf8) } == names.map { Array($0.utf8) })
        #expect(command.results(under: "out").count == names.count * SegmentTests.fileNames.count)
        let embedded = try command.run(["embed", "in", "--output", "rows.npy"])
        #expect(embedded.output.contains("[4, "), "\(embedded.output)")
    }

    @Test("a name that is not UTF-8 may stand on the command line")
    func argument() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "in/a.png")
        try putStrangeName(command)
        // The shell's own pattern gives the command the bytes.
        let outcome = try command.shell("\"$@\" in/?.png --json", ["classify", "--labels", "plate,leather"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            outcome.output.contains("\"name\": \"%FF.png\"") || outcome.output.contains("\"name\":\"%FF.png\""),
            "\(outcome.output)")
    }

    @Test("a linked folder is walked, a linked input folder too, and dangling links are named")
    func links() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "elsewhere/x.png")
        try command.write(SamplePictures.png(), to: "in/a.png")
        let root = command.folder.path
        for (name, target) in [("in/more", "../elsewhere"), ("in/gone.png", "nowhere"), ("door", "in")] {
            try FileManager.default.createSymbolicLink(atPath: "\(root)/\(name)", withDestinationPath: target)
        }
        let outcome = try command.run(["classify", "door", "--labels", "damaged plate,perfect plate"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            outcome.output.split(separator: "\n").map { $0.prefix { $0 != ":" } } == ["door/a.png", "door/more/x.png"])
        #expect(outcome.errors == "vitrine: note: passed over 1 link that leads nowhere: door/gone.png\n")
    }

    @Test("pictures are named in a list, a file or standard input, ended by lines or zero bytes")
    func list() throws {
        let command = try Command()
        for name in ["a.png", "b.png"] { try command.write(SamplePictures.png(), to: name) }
        try command.write(Data("a.png\r\nb.png".utf8), to: "list")
        for script in [
            "\"$@\" --files-from list", "\"$@\" --files-from - < list",
            "printf 'a.png\\0b.png\\0' | \"$@\" --files-from - -0",
        ] {
            let outcome = try command.shell(script, ["classify", "--labels", "plate,leather"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output.split(separator: "\n").map { $0.prefix { $0 != ":" } } == ["a.png", "b.png"])
        }
        try command.write(Data("a.png\0b.png\0".utf8), to: "zeros")
        let wrong = try command.run(["classify", "--files-from", "zeros", "--labels", "a,b"])
        #expect(wrong.status == 4 && wrong.errors.contains("(--null)"), "\(wrong.errors)")
    }
}
