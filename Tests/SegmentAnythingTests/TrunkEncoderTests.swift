import Checkpoints
import NeuralNetwork
import Tensors
import TestSupport
import Testing
import WeightIdentity

@testable import SegmentAnything

@Suite("a SAM whose image encoder starts with a convolutional trunk")
struct TrunkEncoderTests {
    private static let trunk = #""patch":8,"trunk":{"strides":[1,2,1,2,1,2,2],"taps":[2,3,5,6]}"#

    private func weights(_ described: String = trunk) throws -> GeneratedWeights {
        var configuration = SAMConfiguration.tested(behind: .projection(patch: 8))
        configuration.imageEncoder = .vit(.tested(grid: 8))
        let rest = samWeightShapes(configuration).filter { !$0.name.contains("patch_embed") }
        let listed = try GeneratedWeights(listed: Fixture.tensors("SegmentAnything/encoder_trunk").metadata["entries"])
        let description = #"{"family":"sam","decoder_heads":4,"window":6,"global_blocks":[1],\#(described)}"#
        return GeneratedWeights(
            rest + listed.names.map { ($0, listed.shape(of: $0) ?? []) }, metadata: ["vitrine.model": description])
    }

    @Test("the loader reads it, and its embeddings are those of PyTorch")
    func encoder() throws {
        let model = try SAMModel(weights: weights())
        #expect(model.configuration.patch == 8 && model.configuration.side == 64)
        let pixels = generatedPicture(side: 64) * 20
        let reference = try Reference("encoder_trunk")
        guard case .vit(let encoder) = model.imageEncoder else { Issue.record("no ViT"); return }
        try reference.expect(encoder.patchEmbedding(pixels), "patch_embedding", within: 2e-6)
        try reference.expect(encoder(pixels, .uncancelled), "neck", within: 1e-5)
    }

    @Test("a description that lacks the trunk, or contradicts the weights, is refused")
    func descriptions() throws {
        let cases: [(String, SAMConfigurationError)] = [
            (#""x":1"#, .trunk(.undescribed(fact: "patch"))),
            (#""patch":8"#, .trunk(.undescribed(fact: "strides"))),
            (
                #""patch":8,"trunk":{"strides":[1,2,1,2,1,2,2],"taps":[9]}"#,
                .trunk(.unusable(fact: "taps", rule: "ascend from 0 on and end with the last block, 6"))
            ),
            (
                #""patch":8,"trunk":7"#,
                .unusableDescription(.unexpectedKind(name: "trunk", expected: "an object"))
            ),
        ]
        for (description, error) in cases {
            #expect(throws: error, "\(description)") { try SAMConfiguration.detect(from: weights(description)) }
        }
        #expect(
            SAMConfigurationError.trunk(.missing(name: "x")).description == TrunkError.missing(name: "x").description)
        var configuration = try SAMConfiguration.detect(from: weights())
        try configuration.validate()
        #expect(
            "\(configuration.imageEncoder)"
                == "ViT, 2 blocks of width 32, patches of 8 pixels from a trunk of 7 blocks, seen behind [2, 3, 5, 6]")
        guard case .vit(var vit) = configuration.imageEncoder, case .trunk(let trunk, _) = vit.patchEmbedding else {
            Issue.record("no trunk")
            return
        }
        vit.patchEmbedding = .trunk(trunk, patch: 12)
        configuration.imageEncoder = .vit(vit)
        #expect(throws: SAMConfigurationError.trunk(.unusable(fact: "patch", rule: "be a power of two from 2 to 64"))) {
            try configuration.validate()
        }
    }

    @Test("strides and taps are part of an embedding's key")
    func key() throws {
        let picture = generatedImage(width: 20, height: 10)
        func key(_ description: String) throws -> ImageEmbeddingKey {
            let model = try SAMModel(weights: weights(description))
            return try ImageEmbeddingKey(model, weights: model.imageEncoderFingerprint(), picture: picture)
        }
        #expect(try key(Self.trunk) == key(Self.trunk))
        // The same weights fit both.
        for others in [#""strides":[1,2,1,2,1,2,1],"taps":[2,3,5,6]"#, #""strides":[1,2,1,2,1,2,2],"taps":[1,3,5,6]"#] {
            #expect(try key(Self.trunk) != key(#""patch":8,"trunk":{\#(others)}"#), "\(others)")
        }
    }

    @Test("what is inside is seen only when it is asked for, and the embedding is the same")
    func observed() throws {
        let model = try SAMModel(weights: weights())
        let pixels = generatedPicture(side: 64) * 20
        let ordinary = try model.encode(pixels)
        let names = ["trunk.blocks.3", "trunk.laterals.3", "trunk", ""].map {
            $0.isEmpty ? "image_encoder.patch_embed" : "image_encoder.patch_embed.\($0)"
        }
        for name in names {
            let entry = try #require(model.imageActivations.first { $0.name == name })
            let found = try model.encode(pixels, observing: [name])
            #expect(found[name]?.shape == entry.shape && isIdentical(found.output, ordinary), "\(name)")
        }
    }
}

extension ViTConfiguration {
    fileprivate static func tested(grid: Int) -> ViTConfiguration {
        var vit = ViTConfiguration(width: 32, depth: 2, heads: 2, globalBlocks: [1])
        vit.patchEmbedding = .projection(patch: 8)
        vit.trainedGrid = grid
        vit.window = 6
        return vit
    }
}
