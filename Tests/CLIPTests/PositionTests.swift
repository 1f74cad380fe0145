import NeuralNetwork
import Tensors
import TestSupport
import Testing

@testable import CLIP

@Suite("position embeddings at other sizes")
struct PositionTests {
    private static let fixture = "CLIP/towers_positions"

    private func rows(_ resampling: PositionResampling, _ height: Int, _ width: Int) throws -> Tensor {
        let entries = [(name: "visual.positional_embedding", shape: [17, 64] as Shape)]
        return try WeightScope.load(from: GeneratedWeights(entries)) { scope in
            PositionalEmbedding(scope.child("visual"), grid: 4, width: 64, resampling: resampling)
        }.rows(height: height, width: width)
    }

    @Test("each rule on a square, a wide and a smaller grid", arguments: [(6, 6), (3, 7), (2, 2)])
    func rules(height: Int, width: Int) throws {
        for (resampling, name) in [
            (PositionResampling.bicubicAntialiased, "bicubic_antialiased"), (.bicubic, "bicubic"),
            (.bilinear, "bilinear"),
        ] {
            let difference = try ReferenceModel.error(
                rows(resampling, height, width), "\(name)_\(height)x\(width)", in: Self.fixture)
            #expect(difference.relative < 1e-5, "\(name): \(difference)")
        }
    }

    @Test("open_clip's own function gives the antialiased rule")
    func openCLIP() throws {
        #expect(
            try ReferenceModel.error(rows(.bicubicAntialiased, 6, 6), "open_clip_6x6", in: Self.fixture).relative < 1e-5
        )
    }

    @Test("the trained grid is used as it is")
    func trained() throws {
        let table = GeneratedWeights.tensor("visual.positional_embedding", shape: [17, 64])
        #expect(try rows(.bilinear, 4, 4).values == table.values)
    }

    @Test("features of a picture that is not square")
    func wide() throws {
        let model = try ReferenceModel.model(ReferenceModel.configuration(.gelu))
        let features = try model.denseFeatures(GeneratedWeights.input([1, 3, 24, 56]), layers: [3])
        #expect(features.gridHeight == 3 && features.gridWidth == 7)
        let expected = try Fixture.tensor("features_3x7", in: Self.fixture).element(0)
        #expect(compare(features.layers[0].projected(), expected.slice(1..<22)).relative < 1e-5)
    }
}
