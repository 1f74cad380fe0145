import Foundation
import NeuralNetwork
import Tensors
import TestSupport
import Testing

@testable import CLIP

@Suite("CLIP at full size against open_clip")
struct FullSizeTests {
    @Test("every published size is recognised by names and shapes, and its names are exactly those that are read")
    func published() throws {
        let expected: [String: CLIPConfiguration] = [
            "base32": .base32, "base16": .base16, "base16Plus240": .base16Plus240, "large14": .large14,
            "large14At336": .large14At336,
        ]
        let published = try PublishedShapes()
        #expect(Set(published.entries.keys) == Set(expected.keys))
        for (name, configuration) in expected {
            let entries = published.entries[name] ?? []
            let detected = try DetectedCLIP(GeneratedWeights(entries), activation: configuration.activation)
            #expect(detected.configuration == configuration, "\(name)")
            let model = try CLIPModel(
                configuration: configuration, weights: ZeroWeights(entries),
                tokenizer: CLIPTokenizer(vocabulary: Self.vocabulary.get()))
            #expect(model.imageTower.blocks.count == configuration.visionLayers, "\(name)")
        }
    }

    private static let vocabulary = Result { try ReferenceModel.vocabulary(count: 49_408) }

    @Test("ViT-B/16: embeddings of a picture and of texts, and rows of tokens on the way")
    func base16() throws {
        let fixture = "CLIP/full_base16"
        let entries = try PublishedShapes().entries["base16"] ?? []
        let model = try CLIPModel(
            configuration: .base16, weights: GeneratedWeights(entries),
            tokenizer: CLIPTokenizer(vocabulary: Self.vocabulary.get()))
        let pixels = GeneratedWeights.input([1, 3, 224, 224])
        let rows = try Fixture.tensor("rows", in: fixture).values.map { Int($0) }
        func check(_ actual: Tensor, _ name: String) throws {
            let difference = try ReferenceModel.error(actual, name, in: fixture)
            print("ViT-B/16 \(name): \(difference.relative) of the largest magnitude")
            #expect(difference.relative <= 1e-4, "\(name): \(difference)")
        }
        var tokens = model.imageTower.tokens(pixels).tokens
        try check(tokens.element(0).gathered(rows: rows), "ln_pre")
        for (index, block) in zip(1..., model.imageTower.blocks) {
            tokens = block(tokens)
            if index == 6 || index == 12 { try check(tokens.element(0).gathered(rows: rows), "block_\(index)") }
        }
        try check(try model.encodeImage(pixels), "image")
        try check(model.encode(tokens: Self.texts), "text")
    }

    /// A short prompt, an empty one and the longest one.
    static let texts = [
        [49406, 320, 1125, 539, 320, 2368, 49407], [49406, 49407],
        [49406] + (1..<76).map { 7919 * $0 % 49406 } + [49407],
    ]
}
