import NeuralNetwork
import Tensors
import TestSupport
import Testing

@testable import SegmentAnything

@Suite struct TinyViTTests {
    @Test("patch embedding, blocks, mergings, attention and neck match MobileSAM's code, stage by stage")
    func stages() throws {
        let encoder = try tinyViT()
        let reference = try Reference("mobile_stages")
        func expect(_ found: Tensor, _ name: String) throws {
            try reference.expect(every(5, of: found), name)
        }
        var map = encoder.patchEmbedding(generatedPicture(side: 160))
        try expect(map, "stem")
        map = encoder.convolutions[0](map)
        try expect(map, "layer_0_block_0")
        for (index, stage) in encoder.stages.enumerated() {
            map = stage.merging(map)
            try expect(map, "merging_\(index)")
            var tokens = map.reshaped(to: [-1, map.shape[2]])
            for (number, block) in stage.blocks.enumerated() {
                if index == 0 && number == 0 {
                    let attended = block.attention(tokens)
                    try expect(attended, "attention")
                    try expect(block.localConvolution(attended.reshaped(to: map.shape)), "mixing")
                }
                tokens = block(tokens)
                try expect(tokens, "layer_\(index + 1)_block_\(number)")
            }
            map = tokens.reshaped(to: map.shape)
        }
        try expect(encoder.neck(map.reshaped(to: [-1, map.shape[2]])), "neck")
    }

    @Test("the whole encoder matches MobileSAM's code")
    func whole() throws {
        let features = try generatedModel(.testedTinyViT).imageEncoder(generatedPicture(side: 160), .uncancelled)
        #expect(features.shape == [256, 10, 10])
        try Reference("mobile_stages").expect(every(5, of: features), "neck")
    }

    @Test("a batch normalisation folded into its convolution gives what both give one after the other")
    func folding() throws {
        let shapes: [(name: String, shape: Shape)] =
            [("c.weight", [6, 3, 3, 3])]
            + ["weight", "bias", "running_mean", "running_var"].map { ("bn.\($0)", [6]) }
        let weights = GeneratedWeights(shapes)
        let folded = try WeightScope.load(from: weights) { FoldedConvolution($0, in: 3, out: 6, kernel: 3) }
        let x = generatedTensor("x", [1, 3, 7, 9])
        let plain = x.convolution2D(weight: try weights.load("c.weight"), padding: 1)
        func row(_ name: String) throws -> Tensor { try weights.load("bn.\(name)").reshaped(to: [6, 1, 1]) }
        let normalized =
            try (plain - row("running_mean")) / (row("running_var") + 1e-5).squareRoot() * row("weight")
            + row("bias")
        let found = x.convolution2D(weight: folded.weight, bias: folded.bias, padding: 1)
        for (value, expected) in zip(found.values, normalized.values) { #expect(abs(value - expected) < 2e-6) }
    }

    @Test("each pair of a window's tokens gets the bias of its distance")
    func expandedBiases() {
        let biases = generatedTensor("biases", [2, 9])
        let expanded = WindowAttention.expanded(biases, window: 3)
        #expect(expanded.shape == [2, 9, 9])
        for (query, key, distance) in [(0, 0, 0), (0, 8, 8), (8, 0, 8), (1, 3, 4), (2, 0, 2), (5, 2, 3)] {
            #expect(expanded[1, query, key] == biases[1, distance])
        }
    }

    @Test("entries that nothing reads may stand in the file, others may not")
    func unread() throws {
        var shapes = samWeightShapes(.testedTinyViT)
        shapes += [
            ("image_encoder.layers.0.blocks.0.conv1.bn.num_batches_tracked", []),
            ("image_encoder.layers.1.blocks.0.attn.attention_bias_idxs", [49, 49]),
            ("image_encoder.norm_head.weight", [320]), ("image_encoder.head.weight", [1000, 320]),
        ]
        _ = try SAMModel(configuration: .testedTinyViT, weights: GeneratedWeights(shapes))
        let extra = "image_encoder.layers.1.blocks.2.attn.attention_biases"
        shapes.append((extra, [2, 49]))
        #expect(throws: SAMLoadingError.weights(WeightError([.unexpected(name: extra, found: [2, 49])]))) {
            try SAMModel(configuration: .testedTinyViT, weights: GeneratedWeights(shapes))
        }
    }

    private func tinyViT() throws -> TinyViTEncoder {
        guard case .tinyViT(let encoder) = try generatedModel(.testedTinyViT).imageEncoder else { throw NoTinyViT() }
        return encoder
    }

    private struct NoTinyViT: Error {}

    private func every(_ stride: Int, of tensor: Tensor) -> Tensor {
        let values = tensor.values
        let sampled = Swift.stride(from: 0, to: values.count, by: stride).map { values[$0] }
        return Tensor(sampled, shape: [sampled.count])
    }
}
