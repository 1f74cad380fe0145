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
