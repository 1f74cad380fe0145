import Checkpoints
import Foundation
import ImageCodecs
import Imaging
import JSONText
import Tensors
import Testing

/// A picture that fails is told, the rest go on, and the command ends with 3.
@Suite("pictures that fail")
struct PictureFailureTests {
    private func command() throws -> Command {
        let command = try Command()
        try command.write(Data("no picture".utf8), to: "in/bad.png")
        for name in ["a.png", "c.png"] { try command.write(SamplePictures.png(), to: "in/" + name) }
        return command
    }

    @Test("classify has a line for each other picture, and a record of the failure")
    func classify() throws {
        let outcome = try command().run(["classify", "in", "--labels", "plate,leather", "--json"])
        #expect(outcome.status == 3, "\(outcome.errors)")
        let kinds = try outcome.output.split(separator: "\n").map { try JSONValue(String($0))["kind"]?.asText }
        #expect(kinds == ["classify", "failure", "classify"])
        #expect(outcome.errors.hasSuffix("1 of 3 pictures failed\n"), "\(outcome.errors)")
    }

    @Test("embed leaves it out of the rows and names it; where all fail there is no file")
    func embed() throws {
        let command = try command()
        let outcome = try command.run(["embed", "in", "--output", "rows.safetensors"])
        #expect(outcome.status == 3, "\(outcome.errors)")
        let file = try Checkpoint.open(command.folder.appendingPathComponent("rows.safetensors").path)
        #expect(file.shape(of: "image_embeddings")?[0] == 2)
        let record = try JSONValue(try #require(file.metadata["vitrine.record"]))
        #expect(record["pictures"]?.asList?.map { $0["name"]?.asText } == ["a.png", "c.png"])
        #expect(record["failures"]?.asList?.map { $0["picture"]?["name"]?.asText } == ["bad.png"])
        #expect(try JSONSchema(file: "embed.schema.json").faults(in: record).isEmpty)
        let none = try command.run(["embed", "in/bad.png", "--output", "none.npy"])
        #expect(none.status == 3 && none.output.isEmpty, "\(none.errors)")
        #expect(!command.files(under: ".").contains("none.npy"))
    }

    @Test("masks writes the results of the others")
    func masks() throws {
        let command = try command()
        let outcome = try command.run(["masks", "in", "--points-per-side", "2", "--output", "out", "--quiet"])
        #expect(outcome.status == 3, "\(outcome.errors)")
        let results = Set(command.files(under: "out").map { $0.prefix { $0 != "/" } })
        #expect(results == ["a.png.masks", "c.png.masks"])
    }

    @Test("a limit names the flag that raises it")
    func limits() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        let classify = ["classify", "a.png", "--labels", "plate,leather"]
        for flag in ["--max-pixels=1000", "--max-memory=1K"] {
            let outcome = try command.run(classify + [flag])
            let name = flag.prefix { $0 != "=" }
            #expect(outcome.status == 3 && outcome.errors.contains("(\(name))"), "\(outcome.errors)")
        }
        #expect(try command.run(classify + ["--max-memory", "0.5G", "--max-pixels", "19200"]).status == 0)
    }

    @Test("bytes that are not UTF-8 are refused where no picture is meant")
    func strangeArguments() throws {
        let command = try command()
        let outcome = try command.shell(
            "\"$@\" --output \"$(printf 'o\\377.npy')\"", ["embed", "in/a.png"])
        #expect(outcome.status == 2 && outcome.errors.contains("o%FF.npy is not UTF-8"), "\(outcome.errors)")
    }
}
