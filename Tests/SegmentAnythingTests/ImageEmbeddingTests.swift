import Checkpoints
import Foundation
import Imaging
import NeuralNetwork
import Tensors
import TestSupport
import Testing
import WeightIdentity

@testable import SegmentAnything

@Suite struct ImageEmbeddingTests {
    private let model = Result { try generatedModel(.tested) }

    private func embedded(_ image: Image) throws -> (embedding: ImageEmbedding, key: ImageEmbeddingKey) {
        let model = try model.get()
        return (
            try model.embed(image),
            try ImageEmbeddingKey(model, weights: model.imageEncoderFingerprint(), picture: image)
        )
    }

    @Test("a saved embedding comes back as it was, and predicts as before")
    func roundTrip() throws {
        let model = try model.get()
        let (embedding, key) = try embedded(generatedImage(width: 90, height: 50))
        try Fixture.withTemporaryFolder { folder in
            let path = folder.appendingPathComponent("embedding.safetensors").path
            try SafetensorsWriter.write(embedding.tensors, metadata: embedding.metadata(for: key), to: path)
            let loaded = try ImageEmbedding(tensors: Checkpoint.open(path), key: key)
            #expect(loaded.features.values == embedding.features.values)
            #expect(loaded.frame == embedding.frame)
            let prompt = Prompt(points: [PromptPoint(ImagePoint(x: 30, y: 20), .positive)])
            let (before, after) = (try model.predict(embedding, prompt), try model.predict(loaded, prompt))
            #expect(before.logits.values == after.logits.values)
        }
    }

    @Test("other weights, another picture or another preparation refuse it, each by name")
    func foreign() throws {
        let model = try model.get()
        let image = generatedImage(width: 90, height: 50)
        let weights = try model.imageEncoderFingerprint()
        let (embedding, key) = try embedded(image)
        let saved = Saved(embedding.tensors, embedding.metadata(for: key))
        func refusal(_ key: ImageEmbeddingKey) -> ImageEmbeddingError.Part? {
            do throws(ImageEmbeddingError) {
                _ = try ImageEmbedding(tensors: saved, key: key)
                return nil
            } catch {
                guard case .foreign(let part, _, _) = error else { return nil }
                return part
            }
        }
        let other = try generatedModel(.tested(patch: 8))
        #expect(
            refusal(try ImageEmbeddingKey(other, weights: other.imageEncoderFingerprint(), picture: image)) == .weights)
        let larger = generatedImage(width: 91, height: 50)
        #expect(try refusal(ImageEmbeddingKey(model, weights: weights, picture: larger)) == .size)
        var changed = image
        changed[x: 89, y: 49] = Color(red: 1, green: 2, blue: 3)
        #expect(try refusal(ImageEmbeddingKey(model, weights: weights, picture: changed)) == .pixels)
        var configuration = SAMConfiguration.tested
        configuration.pixelMean = [0, 0, 0]
        let prepared = try generatedModel(configuration)
        #expect(try refusal(ImageEmbeddingKey(prepared, weights: weights, picture: image)) == .preparation)
        #expect(refusal(key) == nil)
    }

    @Test("a file that is no embedding, or a damaged one, is refused")
    func damaged() throws {
        let (embedding, key) = try embedded(generatedImage(width: 9, height: 5))
        let metadata = embedding.metadata(for: key)
        func refusal(_ tensors: [(name: String, tensor: Tensor)], _ metadata: [String: String]) -> ImageEmbeddingError?
        {
            do throws(ImageEmbeddingError) {
                _ = try ImageEmbedding(tensors: Saved(tensors, metadata), key: key)
                return nil
            } catch {
                return error
            }
        }
        #expect(refusal(embedding.tensors, [:]) == .notAnEmbedding(format: nil))
        #expect(refusal(embedding.tensors, ["vitrine.embedding": "image 2"]) == .notAnEmbedding(format: "image 2"))
        #expect(refusal([], metadata) == .unexpectedShape(found: nil, expected: [32, 16, 16]))
        #expect(
            refusal([("features", Tensor(zeros: [32, 256]))], metadata)
                == .unexpectedShape(found: [32, 256], expected: [32, 16, 16]))
        #expect(refusal([("features", Tensor(repeating: .nan, shape: [32, 16, 16]))], metadata) == .notFinite)
        var incomplete = metadata
        incomplete["pixels"] = nil
        #expect(
            refusal(embedding.tensors, incomplete)
                == .foreign(.pixels, found: nil, expected: key.pixels.description))
    }

    @Test("each refusal says what is wrong and what to do")
    func sentences() {
        let sentences = [
            ImageEmbeddingError.notAnEmbedding(format: nil).description:
                "this is no saved image embedding: embed the picture again",
            ImageEmbeddingError.notAnEmbedding(format: "image\u{1B}2").description:
                "the saved embedding is of the format \"image\\u{1b}2\", unknown here: embed the picture again",
            ImageEmbeddingError.foreign(.weights, found: "a", expected: "b").description:
                "the saved embedding comes from other weights: embed the picture with this model",
            ImageEmbeddingError.foreign(.size, found: "3x4", expected: "5x6").description:
                "the saved embedding is of a picture of 3x4 pixels, this one has 5x6: embed it",
            ImageEmbeddingError.foreign(.pixels, found: "a", expected: "b").description:
                "the saved embedding is of another picture of this size: embed this one",
            ImageEmbeddingError.foreign(.preparation, found: nil, expected: "version 1").description:
                "the saved embedding was prepared otherwise (unknown, here version 1): embed the picture again",
            ImageEmbeddingError.unexpectedShape(found: nil, expected: [1, 2]).description:
                "the saved embedding has no features, this model's is [1, 2]: embed the picture again",
            ImageEmbeddingError.unreadable(reason: "cut off").description:
                "the saved embedding cannot be read (cut off): embed the picture again",
            ImageEmbeddingError.notFinite.description:
                "the saved embedding holds values that are not finite: embed the picture again",
        ]
        for (found, expected) in sentences { #expect(found == expected) }
    }
}

private struct Saved: TensorSource {
    let tensors: [String: Tensor]
    let metadata: [String: String]

    init(_ tensors: [(name: String, tensor: Tensor)], _ metadata: [String: String]) {
        self.tensors = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.tensor) })
        self.metadata = metadata
    }

    var names: [String] { Array(tensors.keys) }
    func shape(of name: String) -> Shape? { tensors[name]?.shape }
    func load(_ name: String) throws -> Tensor { tensors[name] ?? Tensor(zeros: []) }
}
