import NeuralNetwork
import Tensors
import TestSupport
import Testing
import WeightIdentity

@testable import SegmentAnything

@Suite struct SAMConfigurationTests {
    @Test("each published size is read off its weights' shapes")
    func published() throws {
        for configuration in [SAMConfiguration.vitB, .vitL, .vitH, .mobileSAM] {
            #expect(try SAMConfiguration.detect(from: ShapesOnly(samWeightShapes(configuration))) == configuration)
        }
    }

    @Test("a small model is read off its shapes and its description")
    func small() throws {
        var configuration = SAMConfiguration.tested
        configuration.pixelMean = [1, 2, 3]
        let json = """
            {"family": "sam", "decoder_heads": 4, "window": 6, "global_blocks": [1], "mean": [1, 2, 3.0],
            "training": {"steps": [1, null, "x"]}}
            """
        let found = try SAMConfiguration.detect(
            from: ShapesOnly(samWeightShapes(configuration), metadata: ["vitrine.model": json]))
        #expect(found == configuration)
    }

    @Test("weights of another model are refused by name")
    func otherModel() {
        #expect(throws: SAMConfigurationError.notSAM(name: "image_encoder.pos_embed", found: nil)) {
            try SAMConfiguration.detect(from: ShapesOnly([("visual.conv1.weight", [768, 3, 16, 16])]))
        }
        #expect(throws: SAMConfigurationError.otherFamily("clip")) {
            try SAMConfiguration.detect(
                from: ShapesOnly(samWeightShapes(.tested), metadata: ["vitrine.model": #"{"family": "clip"}"#]))
        }
        #expect(throws: SAMConfigurationError.unusableDescription(.malformed(byteOffset: 0))) {
            try SAMConfiguration.detect(from: ShapesOnly([], metadata: ["vitrine.model": "B"]))
        }
    }

    @Test("a MobileSAM's description may name another side; sizes that no TinyViT has are refused")
    func tinyViT() throws {
        let shapes = samWeightShapes(.testedTinyViT)
        #expect(try SAMConfiguration.detect(from: ShapesOnly(samWeightShapes(.mobileSAM))) == .mobileSAM)
        func detected(_ shapes: [(name: String, shape: Shape)], _ json: String) throws -> SAMConfiguration {
            try SAMConfiguration.detect(from: ShapesOnly(shapes, metadata: ["vitrine.model": json]))
        }
        #expect(try detected(shapes, #"{"image_size": 160, "decoder_heads": 4}"#) == .testedTinyViT)
        for side in [0, -16, 100, 1 << 40] {
            let fact = "an input of \(side) pixels a side in patches of 16"
            #expect(throws: SAMConfigurationError.impossible(fact: fact)) {
                try detected(shapes, #"{"image_size": \#(side)}"#)
            }
        }
        let biases = "image_encoder.layers.2.blocks.0.attn.attention_biases"
        for shape in [[3, 50], [5, 49], [3, 33 * 33], [3, 49, 1]] as [Shape] {
            let changed = shapes.filter { $0.name != biases } + [(biases, shape)]
            let expected: SAMConfigurationError =
                shape.rank == 3
                ? .notSAM(name: biases, found: shape)
                : .impossible(fact: "a stage of 24 channels with attention terms of shape \(shape)")
            #expect(throws: expected) { try detected(changed, #"{"image_size": 160}"#) }
        }
    }

    @Test("other families are refused by name, with what to do")
    func families() {
        func refusal(_ names: String...) -> String? {
            do throws(SAMConfigurationError) {
                _ = try SAMConfiguration.detect(from: ShapesOnly(names.map { ($0, [1]) }))
                return nil
            } catch {
                return error.description
            }
        }
        #expect(
            refusal("visual.class_embedding", "visual.proj")
                == "this is CLIP with a ViT image tower, a Segment Anything model was asked for: name a ViT-B, ViT-L, "
                + "ViT-H or MobileSAM")
        #expect(
            refusal("image_encoder.trunk.pos_embed", "sam_mask_decoder.iou_token.weight")
                == "this is SAM 2, a Segment Anything model was asked for: name a ViT-B, ViT-L, ViT-H or MobileSAM")
        #expect(
            refusal("vision_encoder.pos_embed", "mask_decoder.iou_token.weight")
                == "this is SAM in the Hugging Face layout, a Segment Anything model was asked for: "
                + "name the file that its makers publish for segment_anything (.pth)")
    }

    @Test("a model inside a training checkpoint is recognised and opened")
    func wrapped() throws {
        let wrapped = samWeightShapes(.tested).map { (name: "state_dict.module.\($0.name)", shape: $0.shape) }
        let model = try SAMModel(
            weights: GeneratedWeights(
                wrapped + [("optimizer.step", [1])], metadata: ["vitrine.model": #"{"decoder_heads": 4}"#]))
        #expect(model.configuration == .tested)
    }

    @Test("numbers that no model can have together are refused")
    func impossible() {
        for (json, fact) in [
            (#"{"decoder_heads": 0}"#, "a decoder of 32 and 16 channels with 0 heads"),
            (#"{"decoder_heads": 3}"#, "a decoder of 32 and 16 channels with 3 heads"),
            (#"{"window": -1}"#, "attention windows without a token"),
            (#"{"std": [1, 0, 1]}"#, "colours that deviate by [1.0, 0.0, 1.0]"),
        ] {
            #expect(throws: SAMConfigurationError.impossible(fact: fact), "\(json)") {
                try SAMConfiguration.detect(
                    from: ShapesOnly(samWeightShapes(.tested), metadata: ["vitrine.model": json]))
            }
        }
    }

    @Test("each refusal says what is wrong and what to do")
    func sentences() {
        #expect(
            SAMConfigurationError.notSAM(name: "image_encoder.pos_embed", found: nil).description
                == "these are not the weights of a Segment Anything model: "
                + "\"image_encoder.pos_embed\" is missing; name a file of ViT-B, ViT-L, ViT-H, MobileSAM or "
                + "the small weights")
        #expect(
            SAMConfigurationError.otherFamily("clip").description
                == "these weights belong to a model of the family \"clip\", not to Segment Anything: name the other file"
        )
        #expect(
            SAMConfigurationError.impossible(fact: "attention windows without a token").description
                == "the weights do not fit together: attention windows without a token; "
                + "the file is damaged or of a model unknown here")
    }

    @Test("missing, misshapen and left-over weights are listed in one error")
    func listedWeights() throws {
        var shapes = samWeightShapes(.tested)
        shapes.removeAll { $0.name == "mask_decoder.iou_token.weight" }
        shapes.append(("image_encoder.blocks.2.norm1.weight", [32]))
        let error = #expect(throws: SAMLoadingError.self) {
            try SAMModel(configuration: .tested, weights: GeneratedWeights(shapes))
        }
        guard case .weights(let weights)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(
            weights.problems == [
                .missing(name: "mask_decoder.iou_token.weight", expected: [1, 32]),
                .unexpected(name: "image_encoder.blocks.2.norm1.weight", found: [32]),
            ])
    }
}

/// Weights of which nobody will ask a value.
struct ShapesOnly: TensorSource {
    let shapes: [String: Shape]
    let metadata: [String: String]

    init(_ shapes: [(name: String, shape: Shape)], metadata: [String: String] = [:]) {
        self.metadata = metadata
        self.shapes = Dictionary(uniqueKeysWithValues: shapes.map { ($0.name, $0.shape) })
    }

    var names: [String] { Array(shapes.keys) }
    func shape(of name: String) -> Shape? { shapes[name] }
    func load(_ name: String) throws -> Tensor { Tensor(zeros: shapes[name] ?? []) }
}
