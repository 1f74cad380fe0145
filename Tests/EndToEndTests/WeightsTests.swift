import Checkpoints
import Foundation
import JSONText
import SmallWeights
import Tensors
import Testing

@Suite("vitrine weights")
struct WeightsTests {
    @Test("inspect tells family, digest, types and decisions")
    func inspect() throws {
        let command = try Command()
        let small = try SmallWeights()
        let clip = try command.run(["weights", "inspect", small.clip])
        #expect(clip.status == 0, "\(clip.errors)")
        for fact in [
            "CLIP with a ViT image tower", try SHA256.hexadecimalDigest(ofFile: small.clip), "F16", "activation:",
            "gelu (from vitrine.model)",
        ] {
            #expect(clip.output.contains(fact), "\(fact)")
        }
        let sam = try command.run(["weights", "inspect", small.sam, "--json"])
        let tensors = try JSONValue(sam.output)["tensors"]?.asList
        #expect(tensors?.map { $0["name"]?.asText } == (try Checkpoint.open(small.sam)).names)
    }

    @Test("convert and back loses nothing that the types can hold, and the result is the same model")
    func convert() throws {
        let command = try Command()
        let small = try SmallWeights()
        #expect(try command.run(["weights", "convert", small.clip, "wide.safetensors"]).status == 0)
        let narrow = try command.run(["weights", "convert", "wide.safetensors", "narrow.safetensors", "--type", "fp16"])
        #expect(narrow.status == 0, "\(narrow.errors)")
        let original = try Checkpoint.open(small.clip)
        let result = try Checkpoint.open(command.folder.appendingPathComponent("narrow.safetensors").path)
        #expect(result.names == original.names)
        #expect(result.metadata == original.metadata)
        for name in original.names {
            #expect(try result.load(name).values == original.load(name).values)
            #expect(result.elementType(of: name) == .float16)
        }
        #expect(try command.run(["weights", "verify", "narrow.safetensors"]).status == 0)
        let twice = try command.run(["weights", "convert", small.clip, "narrow.safetensors"])
        #expect(twice.status == 5)
        #expect(twice.errors.contains("--overwrite"))
        let itself = try command.run([
            "weights", "convert", "narrow.safetensors", "./narrow.safetensors", "--overwrite",
        ])
        #expect(itself.status == 2, "\(itself.errors)")
    }

    /// A type in which the weights of blocks are rounded: how the file calls it, and the most that the whole takes of the
    /// source's half floats.
    struct Rounded: Sendable, CustomTestStringConvertible {
        var type: String
        var element: ElementType
        var mostOfCLIP: Double
        var testDescription: String { type }
    }

    @Test(
        "weights of blocks that are rounded take what their type takes, and compute in that precision as their source does",
        arguments: [
            Rounded(type: "bf16", element: .brain16, mostOfCLIP: 1.001),
            Rounded(type: "int8", element: .signed8, mostOfCLIP: 0.85),
        ])
    func rounded(_ rounded: Rounded) throws {
        let command = try Command()
        let small = try SmallWeights()
        try command.write(SamplePictures.png(), to: "a.png")
        // The small SAM is no ViT: its matrices are bytes already, and stay so.
        for (source, name, most) in [(small.clip, "clip", rounded.mostOfCLIP), (small.sam, "sam", 1.001)] {
            let outcome = try command.run(["weights", "convert", source, "\(name).safetensors", "--type", rounded.type])
            #expect(outcome.status == 0, "\(outcome.errors)")
            let original = try Checkpoint.open(source)
            let result = try Checkpoint.open(command.folder.appendingPathComponent("\(name).safetensors").path)
            #expect(result.names == original.names && result.metadata == original.metadata)
            let blocks = result.names.filter {
                name == "clip" && result.elementType(of: $0) == rounded.element
            }
            #expect(blocks.count == (name == "clip" ? 24 : 0))
            for name in result.names where !blocks.contains(name) {
                #expect(try result.load(name).values == original.load(name).values, "\(name)")
            }
            #expect(Double(result.byteCount) < most * Double(original.byteCount), "\(result.byteCount)")
            #expect(try command.run(["weights", "verify", "\(name).safetensors"]).status == 0)
        }
        let runs = [
            ["embed", "a.png", "--clip", small.clip],
            ["embed", "a.png", "--clip", "clip.safetensors", "--merges", small.merges],
            ["embed", "--sam", "a.png"], ["embed", "--sam", "a.png", "--sam-weights", "sam.safetensors"],
        ]
        for (index, arguments) in runs.enumerated() {
            let outcome = try command.run(
                arguments + ["--precision", rounded.type, "--output", "\(index).safetensors"])
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        for (first, second, name) in [(0, 1, "image_embeddings"), (2, 3, "features")] {
            let made = try [first, second].map {
                try Checkpoint.open(command.folder.appendingPathComponent("\($0).safetensors").path).load(name).values
            }
            #expect(made[0] == made[1], "\(name)")
        }
    }

    @Test("damaged weights are named by what is wrong")
    func damaged() throws {
        let command = try Command()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: SmallWeights().sam))
        try command.write(bytes.dropLast(10), to: "cut.safetensors")
        try command.write(Data("version https://git-lfs.github.com/spec/v1\noid sha256:0\n".utf8), to: "pointer.pt")
        for (file, says) in [
            ("cut.safetensors", "cut.safetensors"), ("pointer.pt", "Git LFS"), ("none", "known names"),
        ] {
            for action in ["inspect", "verify"] {
                let outcome = try command.run(["weights", action, file])
                #expect(outcome.status == 4, "\(outcome.errors)")
                #expect(outcome.errors.contains(says), "\(outcome.errors)")
                #expect(outcome.errors.split(separator: "\n").count == 1)
            }
        }
        let swapped = try command.run([
            "embed", "--text", "a", "--clip", SmallWeights().sam, "--merges", SmallWeights().merges, "--output",
            "x.npy",
        ])
        #expect(swapped.status == 4)
        #expect(swapped.errors.contains("SAM"), "\(swapped.errors)")
        #expect(swapped.errors.hasSuffix("(a SAM is named with --sam)\n"), "\(swapped.errors)")
    }

    @Test("a published name that was not fetched is refused with the command to fetch it")
    func notFetched() throws {
        let command = try Command()
        let outcome = try command.run(
            ["embed", "--text", "a", "--clip", "clip-vit-b-16", "--output", "x.npy"],
            environment: ["VITRINE_WEIGHTS": command.folder.path])
        #expect(outcome.status == 4)
        #expect(outcome.errors.contains("Tools/fetch-weights clip-vit-b-16"), "\(outcome.errors)")
    }

    @Test("weights are found by flag, by environment and by what stands beside them")
    func search() throws {
        let command = try Command()
        let small = try SmallWeights()
        try command.write(Data(contentsOf: URL(fileURLWithPath: small.clip)), to: "mine/clip.safetensors")
        func embed(_ arguments: [String] = [], _ environment: [String: String] = [:]) throws -> Command.Outcome {
            try command.run(
                ["embed", "--text", "a", "--output", "x.npy", "--overwrite"] + arguments, environment: environment)
        }
        let lonely = try embed(["--clip", "mine/clip.safetensors"], ["VITRINE_WEIGHTS": command.folder.path])
        #expect(lonely.status == 4)
        #expect(lonely.errors.contains("merges.txt"), "\(lonely.errors)")
        #expect(try embed(["--clip", "mine/clip.safetensors"], ["VITRINE_MERGES": small.merges]).status == 0)
        try command.write(Data(contentsOf: URL(fileURLWithPath: small.merges)), to: "mine/merges.txt")
        #expect(try embed(["--clip", "mine/clip.safetensors"]).status == 0)
        #expect(try embed([], ["VITRINE_CLIP": "mine/clip.safetensors"]).status == 0)
        #expect(try embed(["--clip", small.clip], ["VITRINE_CLIP": "/nowhere/x"]).status == 0)
        #expect(try embed([], ["VITRINE_CLIP": "/nowhere/x"]).status == 4)
    }

    @Test("a folder of weights segments, and the record names each of its files by digest")
    func folder() throws {
        let command = try Command()
        let small = try SmallWeights()
        try command.write(SamplePictures.png(), to: "a.png")
        try command.write(Data(contentsOf: URL(fileURLWithPath: small.clip)), to: "clip/model.safetensors")
        try command.write(Data(contentsOf: URL(fileURLWithPath: small.merges)), to: "clip/merges.txt")
        let outcome = try command.run([
            "segment", "a.png", "--object", "plate", "--clip", "clip", "--output", "out", "--quiet",
        ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let files = try #require(command.json("out/a.png/result.json")["weights"]?.asList)
        #expect(files.map { $0["role"]?.asText } == ["CLIP", "merges", "SAM"])
        for (file, path) in zip(files, [small.clip, small.merges, small.sam]) {
            #expect(file["sha256"]?.asText == (try SHA256.hexadecimalDigest(ofFile: path)))
            #expect(file["bytes"]?.asNumber == Double(try Data(contentsOf: URL(fileURLWithPath: path)).count))
        }
    }
}
