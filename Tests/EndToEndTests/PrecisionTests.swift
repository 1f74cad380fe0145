import CLIP
import Checkpoints
import Foundation
import JSONText
import SmallWeights
import Synchronization
import Tensors
import Testing

@Suite("--precision")
struct PrecisionTests {
    @Test(
        "embed gives what the library gives in that precision, on any number of threads, and says so",
        arguments: [Precision.bf16, .int8])
    func embed(_ precision: Precision) throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        for (threads, output) in [("1", "one.safetensors"), ("2", "two.safetensors")] {
            let outcome = try command.run([
                "embed", "a.png", "--precision", precision.rawValue, "--threads", threads, "--output", output,
            ])
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        #expect(try command.data("one.safetensors") == command.data("two.safetensors"))
        let file = try Checkpoint.open(command.folder.appendingPathComponent("one.safetensors").path)
        let small = try SmallWeights()
        let clip = try CLIPModel(
            weights: Checkpoint.open(small.clip), merges: Data(contentsOf: URL(fileURLWithPath: small.merges)),
            precision: precision)
        let pixels = try clip.configuration.preparation(for: SamplePictures.plate()).expanded(axis: 0)
        #expect(try file.load("image_embeddings").values == clip.encodeImage(pixels).values)
        #expect(try JSONValue(try #require(file.metadata["vitrine.record"]))["precision"]?.asText == precision.rawValue)
    }

    @Test("segment's record says with which weights it computed in another precision, and nothing in full precision")
    func segment() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "plate.png")
        var scores: [Double] = []
        // The small SAM is a MobileSAM, which has the full precision only.
        for (precision, expected) in [
            ("full", [nil, nil, nil]), ("bf16", ["bf16", nil, nil]), ("int8", ["int8", nil, nil]),
        ] {
            let outcome = try command.run([
                "segment", "plate.png", "--object", "metal plate", "--output", precision, "--precision", precision,
            ])
            #expect(outcome.status == 0, "\(outcome.errors)")
            let record = try command.json("\(precision)/plate.png/result.json")
            let weights = try #require(record["weights"]?.asList)
            #expect(weights.map { $0["role"]?.asText } == ["CLIP", "merges", "SAM"])
            #expect(weights.map { $0["precision"]?.asText } == expected)
            scores.append(try #require(record["score"]?.asNumber))
        }
        #expect(Set(scores).count == 3 && scores.allSatisfy { abs($0 - scores[0]) < 0.01 }, "\(scores)")
        #expect(abs(scores[1] - scores[0]) < 0.002, "\(scores)")
    }

    @Test(
        "the small SAM computes in full precision whatever is asked for, and a precision that there is none of is refused"
    )
    func refusals() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        let made = try command.run(["embed", "a.png", "--sam", "--precision", "int8", "--output", "a.safetensors"])
        #expect(made.status == 0, "\(made.errors)")
        let mask = ["mask", "a.png", "--embedding", "a.safetensors", "--point", "60,60", "--output"]
        #expect(try command.run(mask + ["full"]).status == 0)
        #expect(try command.run(mask + ["bytes", "--precision", "int8"]).status == 0)
        #expect(try command.data("full/a.png.mask/mask-0.png") == command.data("bytes/a.png.mask/mask-0.png"))
        let unknown = try command.run(mask + ["out", "--precision", "half"])
        #expect(unknown.status == 2 && unknown.errors.contains("--precision"), "\(unknown.errors)")
    }

    /// Weights that count what is asked of them.
    private struct Counted: TensorSource {
        let source: Checkpoint
        let givesBytes: Bool
        let loaded = Names()

        final class Names: Sendable {
            private let names = Mutex<[String]>([])
            var all: [String] { names.withLock { $0 } }
            func add(_ name: String) { names.withLock { $0.append(name) } }
        }

        var names: [String] { source.names }
        var metadata: [String: String] { source.metadata }
        func shape(of name: String) -> Shape? { source.shape(of: name) }
        func load(_ name: String) throws -> Tensor {
            loaded.add(name)
            return try source.load(name)
        }
        func byteRows(_ name: String) throws -> ByteRows? { givesBytes ? try source.byteRows(name) : nil }
    }

    @Test("a model opens from bytes without making numbers of them and bytes again, and computes the same")
    func openedBytes() throws {
        let command = try Command()
        let small = try SmallWeights()
        let path = command.folder.appendingPathComponent("x.safetensors").path
        #expect(try command.run(["weights", "convert", small.clip, "x.safetensors", "--type", "int8"]).status == 0)
        let file = try Checkpoint.open(path)
        let kept = try file.names.filter { try file.byteRows($0) != nil }
        #expect(kept.count >= 8 && kept.allSatisfy { file.elementType(of: $0) == .signed8 })
        let merges = try Data(contentsOf: URL(fileURLWithPath: small.merges))
        var vectors: [[Float]] = []
        for givesBytes in [true, false] {
            let weights = Counted(source: file, givesBytes: givesBytes)
            let clip = try CLIPModel(weights: weights, merges: merges, precision: .int8)
            let pixels = try clip.configuration.preparation(for: SamplePictures.plate()).expanded(axis: 0)
            vectors.append(try clip.encodeImage(pixels).values + clip.encodeText(["a plate"]).values)
            #expect(Set(weights.loaded.all).isDisjoint(with: kept) == givesBytes)
        }
        #expect(vectors[0] == vectors[1])
    }
}
