import CLIP
import Checkpoints
import Foundation
import ImageCodecs
import Imaging
import JSONText
import SegmentAnything
import SmallWeights
import Tensors
import Testing

@Suite("vitrine embed")
struct EmbedTests {
    private static func clip() throws -> CLIPModel {
        let small = try SmallWeights()
        return try CLIPModel(
            weights: Checkpoint.open(small.clip), merges: Data(contentsOf: URL(fileURLWithPath: small.merges)))
    }

    @Test("pictures become the vectors that the library gives, with their patches by layer")
    func pictures() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        try command.write(SamplePictures.png(SamplePictures.plate(holeRadius: 20)), to: "b.png")
        let outcome = try command.run([
            "embed", "a.png", "b.png", "--patches", "--layers", "1,3", "--output", "vectors.safetensors",
        ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let file = try Checkpoint.open(command.folder.appendingPathComponent("vectors.safetensors").path)
        let record = try JSONValue(try #require(file.metadata["vitrine.record"]))
        #expect(record["pictures"]?.asList?.map { $0["path"]?.asText } == ["a.png", "b.png"])
        #expect(
            Set(file.names) == ["image_embeddings", "tokens.1", "projected.1", "tokens.3", "projected.3"])
        let clip = try Self.clip()
        let pixels = try clip.configuration.preparation(for: SamplePictures.plate(holeRadius: 20)).expanded(axis: 0)
        let features = try clip.denseFeatures(pixels, layers: [1, 3])
        #expect(try file.load("image_embeddings").element(1).values == features.classToken.values)
        let side = clip.configuration.imageSize / clip.configuration.patch
        #expect(file.shape(of: "tokens.1") == [2, side, side, clip.configuration.visionWidth])
        #expect(try file.load("tokens.1").element(1).values == features.layers[0].tokens.values)
        #expect(try file.load("projected.3").element(1).values == features.layers[1].projected().values)
    }

    @Test("texts become rows of a NumPy array, of length 1 when asked")
    func texts() throws {
        let command = try Command()
        let outcome = try command.run([
            "embed", "--text", "a plate", "--text", "a broken plate", "--normalize", "--output", "texts.npy",
        ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let array = try NPYReader.read(command.folder.appendingPathComponent("texts.npy").path)
        let clip = try Self.clip()
        #expect(array.shape == [2, clip.configuration.embedding])
        #expect(array.values == (try clip.encodeText(["a plate", "a broken plate"]).l2Normalized().values))
    }

    @Test("SAM's embedding of one picture")
    func imageEmbedding() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        let outcome = try command.run(["embed", "a.png", "--sam", "--output", "sam.safetensors"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let file = try Checkpoint.open(command.folder.appendingPathComponent("sam.safetensors").path)
        let weights = try Checkpoint.open(SmallWeights().sam)
        let sam = try SAMModel(configuration: .detect(from: weights), weights: weights)
        #expect(try file.load("features").values == sam.embed(SamplePictures.plate()).features.values)
    }

    @Test("a shard without pictures says so, ends with 0 and writes no file")
    func emptyShard() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "in/a.png")
        var notes: [String] = []
        for shard in 1...2 {
            let outcome = try command.run(["embed", "in", "--shard", "\(shard)/2", "--output", "\(shard).npy"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output.isEmpty == outcome.errors.contains("has none"))
            if !outcome.errors.isEmpty { notes.append(outcome.errors) }
        }
        #expect(command.files(under: ".").filter { $0.hasSuffix(".npy") }.count == 1)
        let empty = command.files(under: ".").contains("1.npy") ? 2 : 1
        #expect(notes == ["vitrine: note: shard \(empty)/2 has none of the 1 pictures; there is nothing to do\n"])
    }

    @Test("an array of NumPy's is replaced only when that is said, and never the picture")
    func ownArray() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        let embed = ["embed", "a.png", "--output", "a.npy"]
        #expect(try command.run(embed).status == 0)
        let again = try command.run(embed)
        #expect(again.status == 5 && again.errors.contains("add --overwrite"), "\(again.errors)")
        #expect(try command.run(embed + ["--overwrite"]).status == 0)
        for _ in 0..<2 { #expect(try command.run(["embed", "a.png", "--output", "a.safetensors"]).status == 0) }
    }

    @Test(
        "what cannot be meant is refused before any work",
        arguments: [
            (["--output", "x.npy"], "pictures or texts"),
            (["a.png", "--text", "a", "--output", "x.npy"], "pictures or texts"),
            (["a.png", "--output", "x.txt"], ".safetensors or .npy"),
            (["a.png", "--patches", "--output", "x.npy"], "one array"),
            (["a.png", "--layers", "3", "--output", "x.safetensors"], "--patches"),
            (["a.png", "--patches", "--layers", "3,3", "--output", "x.safetensors"], "--layers"),
            (["a.png", "--patches", "--layers", "99", "--output", "x.safetensors"], "no block 99"),
            (["a.png", "--side", "33", "--output", "x.safetensors"], "multiple of the patch"),
            (["--text", String(repeating: "word ", count: 90), "--output", "x.npy"], "77"),
        ])
    func refused(_ arguments: [String], _ says: String) throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        let outcome = try command.run(["embed"] + arguments)
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.errors.contains(says), "\(outcome.errors)")
        #expect(command.files(under: ".").filter { $0.hasPrefix("x") }.isEmpty)
    }
}
