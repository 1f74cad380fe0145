import Tensors
import TestSupport
import Testing

@testable import SegmentAnything

@Suite struct ImageEncoderTests {
    @Test("patch embedding, a window block over the edge, a global block and the neck match the reference, each alone")
    func stages() throws {
        let encoder = try vitEncoder(.tested)
        let reference = try Reference("encoder_stages")
        let embedded = encoder.patchEmbedding(generatedPicture(side: 64))
        try reference.expect(embedded, "patch_embedding")
        // Each stage starts from the reference's values, so that the first wrong one is named.
        let first = try reference.tensor("patch_embedding", [256, 32]) + encoder.positionEmbedding
        try reference.expect(encoder.blocks[0](first), "block_0")
        try reference.expect(encoder.blocks[1](reference.tensor("block_0", [256, 32])), "block_1")
        try reference.expect(encoder.neck(reference.tensor("block_1", [256, 32])), "neck")
    }

    @Test("the whole encoder matches the reference")
    func whole() throws {
        let encoder = try generatedModel(.tested).imageEncoder
        try Reference("encoder_stages").expect(encoder(generatedPicture(side: 64)), "neck")
    }

    @Test("an encoder with a convolutional stem matches the reference's blocks behind that stem")
    func stem() throws {
        let encoder = try vitEncoder(.tested(behind: .stem(channels: [8, 32])))
        let reference = try Reference("encoder_stem")
        try reference.expect(encoder.patchEmbedding(generatedPicture(side: 64)), "patch_embedding")
        try reference.expect(encoder(generatedPicture(side: 64)), "neck")
    }

    @Test("tables of relative positions are read and stretched as the reference does", arguments: [3, 5, 8])
    func relativeTables(side: Int) throws {
        let table = generatedTensor("table", [9, 4])
        let expanded = RelativePosition.expanded(table, side: side)
        #expect(expanded.shape == [side, side, 4])
        try Reference("encoder_relative").expect(expanded, "side_\(side)")
    }

    @Test("a model for another side than its weights' takes the same weights")
    func otherSide() throws {
        var configuration = SAMConfiguration.tested
        configuration.side = 40
        let features = try generatedModel(configuration).imageEncoder(generatedPicture(side: 40))
        #expect(features.shape == [32, 10, 10])
        #expect(features.values.allSatisfy { $0.isFinite })
    }

    private func vitEncoder(_ configuration: SAMConfiguration) throws -> ViTEncoder {
        guard case .vit(let encoder) = try generatedModel(configuration).imageEncoder else { throw NoViT() }
        return encoder
    }

    private struct NoViT: Error {}
}
