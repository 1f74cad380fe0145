import NeuralNetwork
import Tensors
import TestSupport
import Testing

@testable import CLIP

@Suite("CLIP's activations against hooks on open_clip's modules")
struct ActivationTests {
    private static let block = "transformer.resblocks"

    private func model() throws -> CLIPModel { try ReferenceModel.model(ReferenceModel.configuration(.quickGELU)) }

    private let pixels = GeneratedWeights.input([2, 3, 32, 32])

    /// That names and shapes are the reference's, and the values within 1e-4 of each tensor's largest magnitude.
    private func expect(_ listed: [NamedShape], _ found: Observed<Tensor>, in fixture: String) throws {
        let reference = try ActivationFixture("CLIP/\(fixture)")
        #expect(Dictionary(uniqueKeysWithValues: listed.map { ($0.name, $0.shape) }) == reference.shapes)
        #expect(found.activations.mapValues(\.shape) == reference.shapes)
        var worst = (name: "", error: 0.0)
        for entry in listed {
            let error = try reference.error(of: entry.name, found[entry.name])
            #expect(error <= 1e-4, "\(fixture) \(entry.name): \(error) of the largest magnitude")
            if error >= worst.error { worst = (entry.name, error) }
        }
        print("\(fixture): \(listed.count) activations, the worst is \(worst.name) with \(worst.error)")
    }

    @Test("every activation of the image tower")
    func image() throws {
        let model = try model()
        let found = try model.encodeImage(pixels, observing: ["*"])
        try expect(try model.imageActivations(for: pixels.shape), found, in: "taps_image")
        #expect(compare(found.output, try model.encodeImage(pixels)).relative < 1e-5)
    }

    @Test("every activation of the text tower")
    func text() throws {
        let model = try model()
        let found = try model.encode(tokens: ReferenceModel.texts, observing: ["*"])
        try expect(model.textActivations(texts: 3), found, in: "taps_text")
        #expect(try compare(found.output, model.encode(tokens: ReferenceModel.texts)).relative < 1e-5)
    }

    @Test("an activation asked for alone is the same, and so is the result")
    func alone() throws {
        let model = try model()
        let (all, ordinary) = (try model.encodeImage(pixels, observing: ["*"]), try model.encodeImage(pixels))
        for name in all.activations.keys {
            let found = try model.encodeImage(pixels, observing: [name])
            #expect(Array(found.activations.keys) == [name])
            let (alone, together) = (try #require(found[name]), try #require(all[name]))
            #expect(compare(alone, together).relative < 1e-5, "\(name)")
            #expect(compare(found.output, ordinary).relative < 1e-5, "\(name)")
        }
        let texts = ReferenceModel.texts
        let allOfText = try model.encode(tokens: texts, observing: ["*"])
        for name in allOfText.activations.keys {
            let found = try model.encode(tokens: texts, observing: [name])
            let (alone, together) = (try #require(found[name]), try #require(allOfText[name]))
            #expect(compare(alone, together).relative < 1e-5, "\(name)")
        }
    }

    @Test("where nothing inside a part is asked for, every byte is that of the ordinary tower")
    func ordinaryParts() throws {
        let model = try model()
        let ordinary = try model.encodeImage(pixels).values
        for names in [[], ["visual"], ["visual.conv1", "visual.ln_pre", "visual.\(Self.block).0"]] {
            let found = try model.encodeImage(pixels, observing: names)
            #expect(found.output.values == ordinary)
            #expect(Set(found.activations.keys) == Set(names))
        }
    }

    @Test("patterns name several activations")
    func patterns() throws {
        let found = try model().encodeImage(pixels, observing: ["*.attn.weights", "visual.*.1.mlp*", "visual"])
        let expected =
            ["visual"] + (0..<3).map { "visual.\(Self.block).\($0).attn.weights" }
            + ["", ".c_fc", ".c_proj", ".gelu"].map { "visual.\(Self.block).1.mlp\($0)" }
        #expect(Set(found.activations.keys) == Set(expected))
        for row in try #require(found["visual.\(Self.block).2.attn.weights"]).sum(axis: -1).values {
            #expect(abs(row - 1) < 1e-5)
        }
    }

    // MARK: Edits

    private func expect(_ found: Tensor, _ name: String) throws {
        let difference = try ReferenceModel.error(found, name, in: "CLIP/taps_edits")
        #expect(difference.relative <= 1e-4, "\(name): \(difference)")
        let plain = try Fixture.tensor("\(name.prefix { $0 != "_" })_plain", in: "CLIP/taps_edits")
        #expect(compare(found, plain).relative > 1e-2, "\(name) changed nothing")
    }

    private static func zeroing(head: Int) -> ActivationEdit {
        { heads in
            let kept = (0..<heads.shape[1]).map { Float($0 == head ? 0 : 1) }
            return heads * Tensor(kept, shape: [1, heads.shape[1], 1, 1])
        }
    }

    @Test("a zeroed head, a residual stream from elsewhere and a steering vector change the result as in PyTorch")
    func edits() throws {
        let model = try model()
        for (tower, width) in [("image", 64), ("text", 32)] {
            let isImage = tower == "image"
            let blocks = isImage ? "visual.\(Self.block)" : Self.block
            func run(_ observing: [String], _ editing: [String: ActivationEdit]) throws -> Observed<Tensor> {
                isImage
                    ? try model.encodeImage(pixels, observing: observing, editing: editing)
                    : try model.encode(tokens: ReferenceModel.texts, observing: observing, editing: editing)
            }
            for part in ["gathered", "contributions"] {
                try expect(run([], ["\(blocks).1.attn.\(part)": Self.zeroing(head: 1)]).output, "\(tower)_head")
            }
            let other =
                isImage
                ? try model.encodeImage(
                    GeneratedWeights.input([2, 3, 32, 32], name: "other"), observing: ["\(blocks).0"])
                : try model.encode(tokens: ReferenceModel.texts.reversed(), observing: ["\(blocks).0"])
            let patch = try #require(other["\(blocks).0"])
            try expect(run([], ["\(blocks).0": { _ in patch }]).output, "\(tower)_residual")
            let vector = GeneratedWeights.input([width], name: "steering")
            let steered = try run(["\(blocks).1.mlp", "\(blocks).1.mlp.c_proj"], ["\(blocks).1.mlp": { $0 + vector }])
            try expect(steered.output, "\(tower)_steering")
            let (before, after) = (steered["\(blocks).1.mlp.c_proj"], steered["\(blocks).1.mlp"])
            #expect(
                try (#require(before) + vector).values == #require(after).values, "what is observed is what goes on")
        }
    }

    @Test("an edit that returns what it was given changes nothing, at any place")
    func idleEdits() throws {
        let model = try model()
        let ordinary = try model.encodeImage(pixels)
        for entry in try model.imageActivations(for: pixels.shape) {
            let found = try model.encodeImage(pixels, observing: [], editing: [entry.name: { $0 }])
            #expect(compare(found.output, ordinary).relative < 1e-5, "\(entry)")
            #expect(found.activations.isEmpty)
        }
    }

    @Test("an edit at any place that has influence changes the result")
    func everyEdit() throws {
        let model = try model()
        for entry in try model.imageActivations(for: pixels.shape) {
            let zeroed = try model.encodeImage(
                pixels, observing: [], editing: [entry.name: { Tensor(zeros: $0.shape) }])
            #expect(compare(zeroed.output, try model.encodeImage(pixels)).relative > 1e-3, "\(entry)")
        }
        for entry in model.textActivations(texts: 3) {
            let zeroed = try model.encode(
                tokens: ReferenceModel.texts, observing: [], editing: [entry.name: { Tensor(zeros: $0.shape) }])
            #expect(try compare(zeroed.output, model.encode(tokens: ReferenceModel.texts)).relative > 1e-3, "\(entry)")
        }
    }

    // MARK: Errors and edges

    @Test("what cannot be observed or edited is refused before or after the computation, with a sentence")
    func errors() throws {
        let model = try model()
        let typo = "visual.\(Self.block).1.attn.weigths"
        let error = #expect(throws: CLIPError.self) { try model.encodeImage(pixels, observing: [typo]) }
        guard case .activation(.unknownName(typo, let nearest)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(nearest.first == "visual.\(Self.block).1.attn.weights" && nearest.count == 3)
        let short = #expect(throws: CLIPError.self) { try model.encodeImage(pixels, observing: ["0.attn.weights"]) }
        #expect(
            short?.description
                == "there is no activation '0.attn.weights' here: the nearest names are "
                + "visual.\(Self.block).0.attn.weights, visual.\(Self.block).1.attn.weights, "
                + "visual.\(Self.block).2.attn.weights")
        let unmatched = #expect(throws: CLIPError.self) {
            try model.encodeImage(pixels, observing: [], editing: ["no.*": { $0 }])
        }
        guard case .activation(.unknownName("no.*", _)) = unmatched else {
            Issue.record("\(String(describing: unmatched))")
            return
        }
        #expect(throws: CLIPError.activation(.editedTwice("visual.conv1"))) {
            try model.encodeImage(pixels, observing: [], editing: ["visual.conv1": { $0 }, "*conv*": { $0 }])
        }
        #expect(
            throws: CLIPError.activation(
                .unexpectedShape(name: "visual.ln_pre", expected: [2, 17, 64], found: [17, 64]))
        ) {
            try model.encodeImage(
                pixels, observing: [],
                editing: ["visual.ln_pre": { $0.element(0) }, "visual.ln_post": { _ in Tensor(zeros: [1]) }])
        }
        #expect(throws: CLIPError.unusablePixels(dimensions: [2, 3, 30, 32], patch: 8)) {
            try model.encodeImage(Tensor(zeros: [2, 3, 30, 32]), observing: ["visual"])
        }
        let long = String(repeating: "word ", count: 40)
        for encode in [{ try model.encodeText([long]) }, { try model.encodeText([long], observing: []).output }] {
            guard case .unusableText? = #expect(throws: CLIPError.self, performing: encode) else {
                Issue.record("another error")
                return
            }
        }
        #expect(try model.encodeText([], observing: ["ln_final"]).output.shape == [0, 24])
    }

    @Test("pictures of other sizes have other shapes")
    func otherSizes() throws {
        let model = try ReferenceModel.model(ReferenceModel.configuration(.gelu))
        let wide = GeneratedWeights.input([1, 3, 24, 56])
        let listed = try model.imageActivations(for: wide.shape)
        let found = try model.encodeImage(wide, observing: ["*"])
        #expect(
            found.activations.mapValues(\.shape) == Dictionary(uniqueKeysWithValues: listed.map { ($0.name, $0.shape) })
        )
        #expect(found["visual.conv1"]?.shape == [1, 64, 3, 7])
        #expect(found["visual.ln_pre"]?.shape == [1, 22, 64])
        #expect(compare(found.output, try model.encodeImage(wide)).relative < 1e-5)
    }

    @Test("ViT-B/16 at full size: every activation of both towers")
    func fullSize() throws {
        let entries = try PublishedShapes().entries["base16"] ?? []
        let model = try CLIPModel(
            configuration: .base16, weights: GeneratedWeights(entries),
            tokenizer: CLIPTokenizer(vocabulary: ReferenceModel.vocabulary(count: 49_408)))
        let pixels = GeneratedWeights.input([1, 3, 224, 224])
        try expect(
            model.imageActivations(), try model.encodeImage(pixels, observing: ["*"]), in: "taps_base16_image")
        try expect(
            model.textActivations(texts: 3),
            try model.encode(tokens: FullSizeTests.texts, observing: ["*"]), in: "taps_base16_text")
    }
}
