import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import CLIP

@Suite("the small CLIP that comes with the package, against PyTorch")
struct SmallBundleTests {
    private static let fixture = "small/clip_reference"
    private static let sentences = [
        "a photo of a flawless magnetic tile.", "a photo of a damaged magnetic tile.",
        "there is the pcb1 with defect in the scene.",
    ]

    private func model(_ precision: Precision = .full) throws -> CLIPModel {
        let folder = Fixture.packageRoot.appendingPathComponent("Weights/small")
        let weights = try Checkpoint.open(folder.appendingPathComponent("clip.safetensors").path)
        let configuration = try CLIPConfiguration.detect(from: weights)
        let merges = try Data(contentsOf: folder.appendingPathComponent("merges.txt"))
        let vocabulary = try Vocabulary(merges: merges, mergeCount: configuration.vocabularySize - 514)
        return try CLIPModel(
            configuration: configuration, weights: weights,
            tokenizer: CLIPTokenizer(vocabulary: vocabulary, contextLength: configuration.contextLength),
            precision: precision)
    }

    @Test("tokens and text vectors")
    func texts() throws {
        let model = try model()
        let ids = try Fixture.tensor("token_ids", in: Self.fixture)
        for (row, sentence) in Self.sentences.enumerated() {
            let tokens = try model.tokenizer.tokens(for: sentence)
            let padded = tokens + Array(repeating: 0, count: ids.shape[1] - tokens.count)
            #expect(ids.element(row).values == padded.map(Float.init), "\(sentence)")
        }
        let difference = try ReferenceModel.error(
            model.encodeText(Self.sentences), "text_embeddings", in: Self.fixture)
        #expect(difference.relative <= 1e-4, "\(difference)")
    }

    @Test("the picture's vector and the map of abnormal patches")
    func picture() throws {
        let model = try model()
        let side = model.configuration.imageSize
        let pixels = GeneratedWeights.input([1, 3, side, side])
        let image = try ReferenceModel.error(model.encodeImage(pixels), "image_embedding", in: Self.fixture)
        #expect(image.relative <= 1e-4, "\(image)")
        let features = try model.denseFeatures(pixels, layers: [model.configuration.visionLayers])
        let texts = try model.encodeText(Array(Self.sentences.prefix(2)))
        let map = try model.zeroShotProbabilities(images: features.layers[0].projected(), texts: texts)
            .sliced(axis: 1, 1..<2).reshaped(to: [features.gridHeight, features.gridWidth])
        let difference = try ReferenceModel.error(map, "probability", in: Self.fixture)
        #expect(difference.relative <= 1e-4, "\(difference)")
        #expect(model.configuration.comparesPatchesWithText)
    }

    // Limits are little above what was seen with these weights, so that a bit less of each number fails. Cosines would say
    // little: with bytes they are within 4e-6 of 1.
    @Test(
        "in another precision its vectors and patches point where those of full precision do",
        arguments: [(Precision.bf16, Float(1.4e-4), Float(1.6e-4), Float(7.8e-4)), (.int8, 5.7e-4, 1.5e-3, 3e-3)])
    func rounded(_ precision: Precision, texts: Float, image: Float, patches: Float) throws {
        let (full, rounded) = (try model(), try model(precision))
        let side = full.configuration.imageSize
        let pixels = GeneratedWeights.input([1, 3, side, side])
        /// Distances of vectors of unit length, which where they are small are the angles between them.
        func angles(_ vectors: (CLIPModel) throws -> Tensor) throws -> [Float] {
            let (x, y) = (try vectors(full).l2Normalized(), try vectors(rounded).l2Normalized())
            #expect(!isIdentical(x, y))
            return ((x - y) * (x - y)).sum().values.map { $0.squareRoot() }
        }
        let found = try [
            angles { try $0.encodeText(Self.sentences) }, angles { try $0.encodeImage(pixels) },
            angles { model in
                try model.denseFeatures(pixels, layers: [model.configuration.visionLayers]).layers[0].projected()
            },
        ]
        for (angles, limit) in zip(found, [texts, image, patches]) {
            #expect(angles.allSatisfy { $0 < limit }, "\(angles.max() ?? 0)")
        }
    }

    @Test("the same picture gives the same bits with one and with two threads")
    func threads() throws {
        let model = try model()
        let pixels = GeneratedWeights.input([1, 3, 160, 224])
        let before = ComputeThreads.count
        defer { try? ComputeThreads.set(before) }
        try ComputeThreads.set(1)
        let one = try model.encodeImage(pixels)
        try ComputeThreads.set(2)
        #expect(isIdentical(one, try model.encodeImage(pixels)))
    }
}
