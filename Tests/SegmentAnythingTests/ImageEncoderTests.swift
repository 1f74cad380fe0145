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
        try Reference("encoder_stages").expect(encoder(generatedPicture(side: 64), .uncancelled), "neck")
    }

    @Test("tables of relative positions are read and stretched as the reference does", arguments: [3, 5, 8])
    func relativeTables(side: Int) throws {
        let table = generatedTensor("table", [9, 4])
        let expanded = RelativePosition.expanded(table, side: side)
        #expect(expanded.shape == [side, side, 4])
        try Reference("encoder_relative").expect(expanded, "side_\(side)")
    }

    @Test("a model for another side than its weights' is one whose tables of positions were interpolated before")
    func otherSide() throws {
        var configuration = SAMConfiguration.tested
        configuration.side = 40
        let found = try generatedModel(configuration).imageEncoder(generatedPicture(side: 40), .uncancelled)
        #expect(found.shape == [32, 10, 10])
        guard case .vit(var vit) = configuration.imageEncoder else { throw NoViT() }
        vit.trainedGrid = 10
        configuration.imageEncoder = .vit(vit)
        let model = try SAMModel(configuration: configuration, weights: InterpolatedWeights())
        #expect(compare(found, model.imageEncoder(generatedPicture(side: 40), .uncancelled)).relative < 1e-5)
    }

    /// The weights of `tested`, of a grid of 16 x 16, with the tables that a grid of 10 x 10 has.
    private struct InterpolatedWeights: TensorSource {
        private let base = GeneratedWeights(samWeightShapes(.tested))

        var names: [String] { base.names }

        func shape(of name: String) -> Shape? {
            if name == "image_encoder.pos_embed" { return [1, 10, 10, 32] }
            return name.hasPrefix("image_encoder.blocks.1.attn.rel_pos") ? [19, 16] : base.shape(of: name)
        }

        func load(_ name: String) throws -> Tensor {
            let table = try base.load(name)
            guard let shape = shape(of: name), shape != table.shape else { return table }
            var result = Tensor(zeros: shape)
            if shape.rank == 4 {
                for channel in 0..<32 {
                    let plane = Tensor((0..<256).map { table[0, $0 / 16, $0 % 16, channel] }, shape: [1, 16, 16])
                    let resized = plane.resizedBicubic(height: 10, width: 10, antialias: true)
                    for place in 0..<100 {
                        result[0, place / 10, place % 10, channel] = resized[0, place / 10, place % 10]
                    }
                }
            } else {
                for distance in 0..<19 {
                    let place = max((Float(distance) + 0.5) * 31 / 19 - 0.5, 0)
                    let row = Int(place)
                    for channel in 0..<16 {
                        let (near, far) = (table[row, channel], table[min(row + 1, 30), channel])
                        result[distance, channel] = near + (place - Float(row)) * (far - near)
                    }
                }
            }
            return result
        }
    }

    private func vitEncoder(_ configuration: SAMConfiguration) throws -> ViTEncoder {
        guard case .vit(let encoder) = try generatedModel(configuration).imageEncoder else { throw NoViT() }
        return encoder
    }

    private struct NoViT: Error {}
}
