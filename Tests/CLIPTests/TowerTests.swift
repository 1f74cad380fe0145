import NeuralNetwork
import Tensors
import TestSupport
import Testing

@testable import CLIP

@Suite("CLIP towers by stages against open_clip")
struct TowerTests {
    /// Stages are compared in order, so the first wrong one is named.
    @Test("every stage of the image tower", arguments: [CLIPConfiguration.Activation.gelu, .quickGELU])
    func imageStages(activation: CLIPConfiguration.Activation) throws {
        let fixture = "CLIP/towers_\(activation.rawValue)"
        let tower = try ReferenceModel.model(ReferenceModel.configuration(activation)).imageTower
        let pixels = GeneratedWeights.input([2, 3, 32, 32])
        func check(_ actual: Tensor, _ stage: String) throws {
            let difference = try ReferenceModel.error(actual, stage, in: fixture)
            #expect(difference.relative < 1e-5, "\(stage): \(difference)")
        }
        try check(tower.patchEmbedding(pixels), "patch_embedding")
        let (start, height, width) = tower.tokens(pixels)
        #expect(height == 4 && width == 4)
        try check(start, "ln_pre")
        var tokens = start
        for (index, block) in tower.blocks.enumerated() {
            tokens = block(tokens)
            try check(tokens, "block_\(index + 1)")
        }
        try check(tower.projection.norm(tokens), "ln_post")
        try check(tower.projection(tokens), "projected")
    }

    @Test("both embeddings and the probabilities", arguments: [CLIPConfiguration.Activation.gelu, .quickGELU])
    func embeddings(activation: CLIPConfiguration.Activation) throws {
        let fixture = "CLIP/towers_\(activation.rawValue)"
        let model = try ReferenceModel.model(ReferenceModel.configuration(activation))
        let image = try model.encodeImage(GeneratedWeights.input([2, 3, 32, 32]))
        let text = try model.encode(tokens: ReferenceModel.texts)
        for (actual, name) in [
            (image, "image"), (text, "text"),
            (try model.zeroShotProbabilities(images: image, texts: text), "probabilities"),
        ] {
            let difference = try ReferenceModel.error(actual, name, in: fixture)
            #expect(difference.relative < 1e-5, "\(name): \(difference)")
        }
    }

    @Test("many texts of different lengths give what each gives alone, in their order")
    func manyTexts() throws {
        let configuration = ReferenceModel.configuration(.gelu)
        let model = try ReferenceModel.model(configuration)
        let (most, words) = (configuration.contextLength - 2, configuration.vocabularySize - 2)
        let texts = (0..<150).map { text in
            [words] + (0..<5 * text % (most + 1)).map { ($0 + text) % words } + [words + 1]
        }
        #expect(Set(texts.map(\.count)).count == 3)
        let all = try model.encode(tokens: texts)
        for index in stride(from: 0, to: texts.count, by: 7) {
            let alone = try model.encode(tokens: [texts[index]])
            #expect(isIdentical(all.slice(index..<index + 1), alone), "text \(index)")
        }
    }

    @Test("the wrong activation is far off, so the comparison can tell")
    func wrongActivation() throws {
        let model = try ReferenceModel.model(ReferenceModel.configuration(.gelu))
        let image = try model.encodeImage(GeneratedWeights.input([2, 3, 32, 32]))
        #expect(try ReferenceModel.error(image, "image", in: "CLIP/towers_quickgelu").relative > 1e-3)
    }

    @Test("transformers gives the same embeddings for the same weights")
    func transformers() throws {
        let fixture = "CLIP/towers_transformers"
        var configuration = ReferenceModel.configuration(.quickGELU)
        let model = try ReferenceModel.model(configuration)
        let image = try model.encodeImage(GeneratedWeights.input([2, 3, 32, 32]))
        #expect(try ReferenceModel.error(image, "image", in: fixture).relative < 1e-5)
        let text = try model.encode(tokens: ReferenceModel.texts)
        #expect(try ReferenceModel.error(text, "text", in: fixture).relative < 1e-5)
        configuration.positionResampling = .bicubic
        let larger = try ReferenceModel.model(configuration).encodeImage(GeneratedWeights.input([1, 3, 48, 48]))
        #expect(try ReferenceModel.error(larger, "image_48", in: fixture).relative < 1e-5)
    }

    @Test("a text's vector does not depend on the texts beside it")
    func textBatch() throws {
        let model = try ReferenceModel.model(ReferenceModel.configuration(.gelu))
        let together = try model.encode(tokens: ReferenceModel.texts)
        for (index, text) in ReferenceModel.texts.enumerated() {
            #expect(try compare(model.encode(tokens: [text]).element(0), together.element(index)).relative < 1e-6)
        }
        #expect(try model.encode(tokens: []).shape == [0, 24])
        let many = try model.encode(tokens: Array(repeating: ReferenceModel.texts[0], count: 130))
        #expect(compare(many.element(129), together.element(0)).relative < 1e-6)
    }
}
