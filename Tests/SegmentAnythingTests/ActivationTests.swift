import Imaging
import NeuralNetwork
import Tensors
import TestSupport
import Testing

@testable import SegmentAnything

@Suite("SAM's activations against hooks on segment_anything and MobileSAM")
struct ActivationTests {
    /// That names and shapes are the reference's, and the values within 1e-4 of each tensor's largest magnitude.
    private func expect<Output>(
        _ listed: [NamedShape], _ found: Observed<Output>, in fixture: String
    ) throws {
        let reference = try ActivationFixture("SegmentAnything/\(fixture)")
        let shapes = Dictionary(uniqueKeysWithValues: listed.map { ($0.name, $0.shape) })
        #expect(shapes == reference.shapes)
        var worst = (name: "", error: 0.0)
        for name in reference.shapes.keys.sorted() {
            let error = try reference.error(of: name, found[name])
            #expect(error <= 1e-4, "\(fixture) \(name): \(error) of the largest magnitude")
            if error >= worst.error { worst = (name, error) }
        }
        print("\(fixture): \(reference.shapes.count) activations, the worst is \(worst.name) with \(worst.error)")
    }

    private static let models: [(String, SAMConfiguration)] = [("vit", .tested), ("mobile", .testedTinyViT)]

    // MARK: The image encoder

    @Test("every activation of the image encoder", arguments: models)
    func encoder(name: String, configuration: SAMConfiguration) throws {
        let model = try generatedModel(configuration)
        let pixels = generatedPicture(side: configuration.side)
        let found = try model.encode(pixels, observing: ["*"])
        try expect(model.imageActivations, found, in: "taps_\(name)")
        #expect(found.activations.count == model.imageActivations.count)
        #expect(try compare(found.output, model.encode(pixels)).relative < 1e-5)
    }

    @Test("an activation asked for alone is the same, and so is the result", arguments: models)
    func alone(name: String, configuration: SAMConfiguration) throws {
        let model = try generatedModel(configuration)
        let pixels = generatedPicture(side: configuration.side)
        let (all, ordinary) = (try model.encode(pixels, observing: ["*"]), try model.encode(pixels))
        for entry in model.imageActivations {
            let found = try model.encode(pixels, observing: [entry.name])
            let (alone, together) = (try #require(found[entry.name]), try #require(all[entry.name]))
            #expect(alone.shape == entry.shape && compare(alone, together).relative < 1e-5, "\(entry)")
            #expect(compare(found.output, ordinary).relative < 1e-5, "\(entry)")
        }
    }

    @Test("where nothing inside a part is asked for, every byte is that of the ordinary encoder", arguments: models)
    func ordinaryParts(name: String, configuration: SAMConfiguration) throws {
        let model = try generatedModel(configuration)
        let pixels = generatedPicture(side: configuration.side)
        let outputs = name == "vit" ? ["blocks.0", "neck"] : ["layers.0.blocks.0", "layers.1", "layers.2.blocks.0"]
        for names in [[], ["image_encoder"], outputs.map { "image_encoder.\($0)" }] {
            let found = try model.encode(pixels, observing: names)
            #expect(try found.output.values == model.encode(pixels).values)
            #expect(Set(found.activations.keys) == Set(names))
        }
    }

    @Test("edits of the encoder change the result as in PyTorch", arguments: models)
    func encoderEdits(name: String, configuration: SAMConfiguration) throws {
        let model = try generatedModel(configuration)
        let side = configuration.side
        let blocks = name == "vit" ? "image_encoder.blocks" : "image_encoder.layers.1.blocks"
        func expect(_ edits: [String: ActivationEdit], _ edited: String) throws {
            let found = try model.encode(generatedPicture(side: side), observing: [], editing: edits)
            try expectEdited(found.output, "\(name)_\(edited)", "\(name)_plain", step: name == "vit" ? 11 : 47)
        }
        for part in ["gathered", "contributions"] {
            try expect(["\(blocks).1.attn.\(part)": zeroing(head: 1)], "head")
        }
        let other = try model.encode(generatedTensor("other", [3, side, side]), observing: ["\(blocks).0"])
        let patch = try #require(other["\(blocks).0"])
        try expect(["\(blocks).0": { _ in patch }], "residual")
        try expect(
            ["\(blocks).1.mlp": { $0 + generatedTensor("steering", [$0.shape[-1]]) }], "steering")
    }

    @Test("an edit at any place has influence", arguments: models)
    func everyEdit(name: String, configuration: SAMConfiguration) throws {
        let model = try generatedModel(configuration)
        let pixels = generatedPicture(side: configuration.side)
        let ordinary = try model.encode(pixels)
        for entry in model.imageActivations {
            let zeroed = try model.encode(
                pixels, observing: [], editing: [entry.name: { Tensor(zeros: $0.shape) }])
            #expect(compare(zeroed.output, ordinary).relative > 1e-4, "\(entry)")
        }
    }

    @Test("a picture's embedding, and its patches")
    func pictures() throws {
        let model = try generatedModel(.tested)
        let image = generatedImage(width: 40, height: 30)
        let found = try model.embed(image, observing: ["image_encoder.patch_embed*"])
        #expect(
            found.activations.mapValues(\.shape) == [
                "image_encoder.patch_embed.proj": [1, 32, 16, 16],
                "image_encoder.patch_embed": [1, 16, 16, 32],
            ])
        #expect(try found.output.frame == model.frame(of: image))
        #expect(try compare(found.output.features, model.embed(image).features).relative < 1e-5)
    }

    // MARK: Prompts and masks

    private let features = generatedTensor("features", [32, 16, 16])
    private static let frame = ModelFrame(original: ImageSize(width: 64, height: 64), side: 64, patch: 4)
    /// The second prompt of `Tools/fixtures/sam_taps.py`.
    private static let otherPoints: [(position: ModelPoint, label: PromptPoint.Label)] = [
        (ModelPoint(x: 10, y: 20), .negative), (ModelPoint(x: 40.5, y: 33), .positive),
        (ModelPoint(x: 7, y: 50), .positive),
    ]
    private static let two = [
        ModelPrompt(
            points: PromptEncoderTests.points, box: PromptEncoderTests.box,
            maskLogits: generatedTensor("mask", [64, 64]) * 8),
        ModelPrompt(
            points: otherPoints, box: (topLeft: ModelPoint(x: 1, y: 2), bottomRight: ModelPoint(x: 30, y: 31)),
            maskLogits: generatedTensor("mask 2", [64, 64]) * 8),
    ]
    private static let one = [ModelPrompt(points: PromptEncoderTests.points)]

    private func listed(_ model: SAMModel, _ prompts: [ModelPrompt]) -> [NamedShape] {
        // Lists depend on the kind of the prompts only.
        let point = PromptPoint(ImagePoint(x: 1, y: 1), .positive)
        return model.promptActivations(
            for: prompts.map { prompt in
                Prompt(
                    points: prompt.points.map { _ in point },
                    box: prompt.box.map { _ in ImageBox(x0: 0, y0: 0, x1: 1, y1: 1) }, maskLogits: prompt.maskLogits)
            })
    }

    private func decoded(
        _ model: SAMModel, _ prompts: [ModelPrompt], observing: [String], editing: [String: ActivationEdit] = [:]
    ) throws -> Observed<DecodedMasks> {
        let embedding = ImageEmbedding(features: features, frame: Self.frame)
        return try ActivationTaps.observe(observing, of: listed(model, prompts), editing: editing) {
            model.decode(prompts, embedding, masks: .multiple, taps: $0)
        }
    }

    @Test(
        "every activation of the prompt encoder and the mask decoder, with points, boxes and masks, and with points alone"
    )
    func prompts() throws {
        let model = try generatedModel(.tested)
        for (name, prompts) in [("prompts", Self.two), ("points", Self.one)] {
            let found = try decoded(model, prompts, observing: ["*"])
            try expect(listed(model, prompts), found, in: "taps_\(name)")
            #expect(found.activations.count == listed(model, prompts).count)
            let ordinary = model.decode(
                prompts, ImageEmbedding(features: features, frame: Self.frame), masks: .multiple, .uncancelled)
            #expect(compare(found.output.logits, ordinary.logits).relative < 1e-4)
            #expect(compare(found.output.predictedIoU, ordinary.predictedIoU).relative < 1e-4)
        }
    }

    @Test("edits of prompts and decoder change the masks as in PyTorch")
    func promptEdits() throws {
        let model = try generatedModel(.tested)
        func expect(_ edits: [String: ActivationEdit], _ edited: String) throws {
            let embedding = ImageEmbedding(features: features, frame: Self.frame)
            let found = try ActivationTaps.observe(["mask_decoder.masks"], of: listed(model, Self.one), editing: edits)
            {
                model.decode(Self.one, embedding, masks: .single, taps: $0)
            }
            let masks = try #require(found["mask_decoder.masks"])
            try expectEdited(masks, "prompts_\(edited)", "prompts_plain", step: 37)
            #expect(found.output.logits.values == masks.sliced(axis: 1, 0..<1).values)
        }
        let layer = "mask_decoder.transformer.layers.0"
        for part in ["gathered", "contributions"] {
            try expect(["\(layer).cross_attn_token_to_image.\(part)": zeroing(head: 1)], "head")
        }
        let other = try decoded(model, [ModelPrompt(points: Self.otherPoints)], observing: ["\(layer).norm4"])
        let patch = try #require(other["\(layer).norm4"])
        try expect(["\(layer).norm4": { _ in patch }], "residual")
        let vector = generatedTensor("steering", [32])
        try expect(["prompt_encoder.sparse_embeddings": { $0 + vector }], "steering")
    }

    @Test("an edit at any place of prompts and decoder has influence")
    func everyPromptEdit() throws {
        let model = try generatedModel(.tested)
        let ordinary = try decoded(model, Self.two, observing: []).output
        for entry in listed(model, Self.two) {
            let zeroed = try decoded(
                model, Self.two, observing: [], editing: [entry.name: { Tensor(zeros: $0.shape) }]
            ).output
            let change = max(
                compare(zeroed.logits, ordinary.logits).relative,
                compare(zeroed.predictedIoU, ordinary.predictedIoU).relative)
            // The first mask is not returned here.
            #expect(change > 1e-4 || entry.name.contains("output_hypernetworks_mlps.0"), "\(entry): \(change)")
        }
    }

    @Test("predictions of a picture with activations are the ordinary ones, and mistakes are refused")
    func predictions() throws {
        let model = try generatedModel(.tested)
        let image = generatedImage(width: 64, height: 48)
        let embedding = try model.embed(image)
        let prompts = [5.0, 20, 33].map { Prompt(points: [PromptPoint(ImagePoint(x: $0, y: 7), .positive)]) }
        let weights = "mask_decoder.transformer.final_attn_token_to_image.weights"
        let found = try model.predict(embedding, prompts, observing: [weights])
        let ordinary = try model.predict(embedding, prompts)
        #expect(found[weights]?.shape == [3, 4, 7, 256])
        for (seen, expected) in zip(found.output, ordinary) {
            #expect(compare(seen.logits, expected.logits).relative < 1e-4)
        }
        let unseen = try model.predict(embedding, prompts, observing: [])
        #expect(zip(unseen.output, ordinary).allSatisfy { $0.logits.values == $1.logits.values })
        #expect(try model.predict(embedding, [], observing: []).output.isEmpty)
        let error = #expect(throws: PromptError.self) {
            try model.predict(embedding, prompts, observing: ["mask_decoder.mask"])
        }
        #expect(
            error?.description.hasPrefix(
                "there is no activation 'mask_decoder.mask' here: the nearest names are mask_decoder.masks, ") == true)
        #expect(throws: PromptError.empty) { try model.predict(embedding, [Prompt()], observing: []) }
        #expect(throws: SAMError.activation(.editedTwice("image_encoder.neck"))) {
            try model.embed(image, observing: [], editing: ["image_encoder.neck": { $0 }, "*.neck": { $0 }])
        }
    }

    // MARK: Full size

    @Test("ViT-B at full size: every activation but the maps of attention over the whole picture")
    func vitB() throws {
        let model = try generatedModel(.vitB)
        let whole = [2, 5, 8, 11].flatMap { block in
            ["logits", "weights", "contributions"].map { "image_encoder.blocks.\(block).attn.\($0)" }
        }
        let names = model.imageActivations.map(\.name).filter { !whole.contains($0) }
        var worst = 0.0
        let reference = try ActivationFixture("SegmentAnything/taps_vit_b")
        #expect(Set(names) == Set(reference.shapes.keys))
        // All together would take 5 GB, so each is compared when it is made, by an edit that changes nothing.
        var seen: [String: Result<Double, any Error>] = [:]
        var edits: [String: ActivationEdit] = [:]
        for name in names {
            edits[name] = { activation in
                seen[name] = Result { try reference.error(of: name, activation) }
                return activation
            }
        }
        _ = try model.encode(generatedPicture(side: 1024), observing: [], editing: edits)
        for name in names {
            let error = try #require(seen[name]).get()
            #expect(error <= 1e-4, "\(name): \(error) of the largest magnitude")
            worst = max(worst, error)
        }
        print("ViT-B: \(names.count) activations, the worst error is \(worst) of the largest magnitude")
    }

    // MARK: -

    private func zeroing(head: Int) -> ActivationEdit {
        { heads in
            let kept = (0..<heads.shape[1]).map { Float($0 == head ? 0 : 1) }
            return heads * Tensor(kept, shape: [1, kept.count, 1, 1])
        }
    }

    private func expectEdited(_ found: Tensor, _ name: String, _ plain: String, step: Int) throws {
        let values = found.values
        let kept = stride(from: 0, to: values.count, by: step).map { values[$0] }
        let actual = Tensor(kept, shape: [kept.count])
        let difference = compare(actual, try Fixture.tensor(name, in: "SegmentAnything/taps_edits"))
        #expect(difference.relative <= 1e-4, "\(name): \(difference)")
        let unedited = try Fixture.tensor(plain, in: "SegmentAnything/taps_edits")
        #expect(compare(actual, unedited).relative > 1e-3, "\(name) changed nothing")
    }
}
