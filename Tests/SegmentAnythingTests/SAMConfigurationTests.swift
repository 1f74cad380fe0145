import NeuralNetwork
import Tensors
import TestSupport
import Testing

@testable import SegmentAnything

@Suite struct SAMConfigurationTests {
    @Test("each published size is read off its weights' shapes")
    func published() throws {
        for configuration in [SAMConfiguration.vitB, .vitL, .vitH] {
            #expect(try SAMConfiguration.detect(from: ShapesOnly(samWeightShapes(configuration))) == configuration)
        }
    }

    @Test("a small model is read off its shapes and its description")
    func small() throws {
        var configuration = SAMConfiguration.tested
        configuration.patchEmbedding = .stem(channels: [8, 32])
        configuration.pixelMean = [1, 2, 3]
        let json = """
            {"family": "sam", "decoder_heads": 4, "window": 6, "global_blocks": [1], "mean": [1, 2, 3.0],
            "training": {"steps": [1, null, "x"]}}
            """
        let found = try SAMConfiguration.detect(
            from: ShapesOnly(samWeightShapes(configuration)), metadata: ["vitrine.model": json])
        #expect(found == configuration)
    }

    @Test("weights of another model are refused by name")
    func otherModel() {
        #expect(throws: SAMConfigurationError.notSAM(name: "image_encoder.pos_embed", found: nil)) {
            try SAMConfiguration.detect(from: ShapesOnly([("visual.conv1.weight", [768, 3, 16, 16])]))
        }
        #expect(throws: SAMConfigurationError.otherFamily("clip")) {
            try SAMConfiguration.detect(
                from: ShapesOnly(samWeightShapes(.tested)), metadata: ["vitrine.model": #"{"family": "clip"}"#])
        }
        #expect(throws: SAMConfigurationError.unusableDescription(.malformed(byteOffset: 0))) {
            try SAMConfiguration.detect(from: ShapesOnly([]), metadata: ["vitrine.model": "B"])
        }
    }

    @Test("missing, misshapen and left-over weights are listed in one error")
    func listedWeights() throws {
        var shapes = samWeightShapes(.tested)
        shapes.removeAll { $0.name == "mask_decoder.iou_token.weight" }
        shapes.append(("image_encoder.blocks.2.norm1.weight", [32]))
        let error = #expect(throws: WeightError.self) {
            try SAMModel(configuration: .tested, weights: GeneratedWeights(shapes))
        }
        #expect(
            error?.problems == [
                .missing(name: "mask_decoder.iou_token.weight", expected: [1, 32]),
                .unexpected(name: "image_encoder.blocks.2.norm1.weight", found: [32]),
            ])
    }
}

/// Weights of which nobody will ask a value.
struct ShapesOnly: TensorSource {
    let shapes: [String: Shape]

    init(_ shapes: [(name: String, shape: Shape)]) {
        self.shapes = Dictionary(uniqueKeysWithValues: shapes.map { ($0.name, $0.shape) })
    }

    var names: [String] { Array(shapes.keys) }
    func shape(of name: String) -> Shape? { shapes[name] }
    func load(_ name: String) throws -> Tensor { Tensor(zeros: shapes[name] ?? []) }
}
