import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import CLIP

/// Behind `Tools/fixtures/clip_zero_shot.py`.
@Suite("zero-shot classification against open_clip's recipe")
struct ZeroShotTests {
    private static let fixture = "CLIP/zero_shot_small"

    private func model() throws -> CLIPModel {
        let merges = try Data(contentsOf: Fixture.url("CLIP/tokenizer_merges.txt"))
        let vocabulary = try Vocabulary(merges, count: nil)
        #expect("\(vocabulary.count)" == (try Fixture.tensors(Self.fixture).metadata["vocabulary"]))
        var configuration = ReferenceModel.configuration(.gelu)
        configuration.visionLayers = 2
        configuration.contextLength = 32
        configuration.vocabularySize = vocabulary.count
        return try CLIPModel(
            configuration: configuration, weights: ReferenceModel.weights(Self.fixture),
            tokenizer: CLIPTokenizer(vocabulary: vocabulary, contextLength: 32, marks: .openCLIP))
    }

    private func texts(_ name: String) throws -> [String] {
        let json = try Fixture.tensors(Self.fixture).metadata[name] ?? ""
        return try JSONDecoder().decode([String].self, from: Data(json.utf8))
    }

    @Test("vectors of the labels, logits and probabilities")
    func recipe() throws {
        let model = try model()
        let classifier = try ZeroShotClassifier(model, labels: texts("labels"), templates: texts("templates"))
        let images = try model.encodeImage(GeneratedWeights.input([3, 3, 32, 32]))
        for (actual, name) in [
            (classifier.vectors, "weights"), (try classifier.logits(images: images), "logits"),
            (try classifier.probabilities(images: images), "probabilities"),
        ] {
            let difference = try ReferenceModel.error(actual, name, in: Self.fixture)
            #expect(difference.relative < 1e-5, "\(name): \(difference)")
        }
    }

    @Test("one template gives what the texts alone give")
    func oneTemplate() throws {
        let model = try model()
        let labels = ["tile", "zipper"]
        let images = try model.encodeImage(GeneratedWeights.input([2, 3, 32, 32]))
        let expected = try model.zeroShotProbabilities(
            images: images, texts: try model.encodeText(labels.map { "a photo of a \($0)." }))
        let actual = try ZeroShotClassifier(model, labels: labels).probabilities(images: images)
        #expect(compare(actual, expected).relative < 1e-6)
    }

    @Test("labels with nearly one vector are named, in groups and in their order")
    func indistinct() throws {
        let model = try model()
        func groups(_ labels: [String]) throws -> [[String]] {
            try ZeroShotClassifier(model, labels: labels).indistinctLabels.map(\.labels)
        }
        #expect(try groups(["tile", "zipper"]) == [])
        // Capitals are no difference to the tokenizer.
        #expect(
            try groups(["zipper", "tile", "Zipper", "TILE", "ZIPPER", "cable"])
                == [["zipper", "Zipper", "ZIPPER"], ["tile", "TILE"]])
        // More than one block of rows.
        let many = (0..<300).map { "tile \($0)" }
        #expect(try groups(many + ["TILE 7"]).contains { $0.contains("tile 7") && $0.contains("TILE 7") })
        // Two vectors by the limit: 0.2 in logits is a probability of 0.55 at most.
        let names = ["a", "b", "c", "d", "e", "f"]
        #expect(
            "\(IndistinctLabels(labels: Array(names.prefix(2))))"
                == "these weights cannot tell \"a\" and \"b\" apart: for every picture their probabilities are nearly equal; "
                + "use labels that differ more, or weights that know them")
        #expect("\(IndistinctLabels(labels: names))".contains("\"c\", \"d\" and 2 more apart"))
    }

    @Test("labels and templates that nothing can be made of are refused")
    func refused() throws {
        let model = try model()
        #expect(throws: ZeroShotError.noLabels) { try ZeroShotClassifier(model, labels: []) }
        #expect(throws: ZeroShotError.emptyLabel(1)) { try ZeroShotClassifier(model, labels: ["a", " "]) }
        #expect(throws: ZeroShotError.noTemplates) { try ZeroShotClassifier(model, labels: ["a"], templates: []) }
        #expect(throws: ZeroShotError.templateWithoutPlace("a photo")) {
            try ZeroShotClassifier(model, labels: ["a"], templates: ["{}", "a photo"])
        }
        let error = #expect(throws: ZeroShotError.self) {
            try ZeroShotClassifier(model, labels: [String(repeating: "very ", count: 40)])
        }
        guard case .clip(.unusableText(.tooLong)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(
            "\(ZeroShotError.templateWithoutPlace("a photo"))"
                == "the template \"a photo\" does not say where the label goes: write {} there")
    }
}
