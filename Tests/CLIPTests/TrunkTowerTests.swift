import NeuralNetwork
import Tensors
import TestSupport
import Testing
import WeightIdentity

@testable import CLIP

@Suite("a CLIP whose image tower starts with a convolutional trunk")
struct TrunkTowerTests {
    private static let trunk = #""patch":8,"trunk":{"strides":[1,2,1,2,1,2,2],"taps":[2,3,5,6]}"#

    private func weights(_ described: String = trunk, without: String? = nil) throws -> GeneratedWeights {
        let listed = try ReferenceModel.weights("CLIP/towers_trunk")
        let entries = listed.names.filter { $0 != without }.map { (name: $0, shape: listed.shape(of: $0) ?? []) }
        let description = #"{"family":"clip","vision_heads":2,"text_heads":4,"activation":"gelu",\#(described)}"#
        return GeneratedWeights(entries, metadata: ["vitrine.model": description])
    }

    private func model(_ described: String = trunk, precision: Precision = .full) throws -> CLIPModel {
        try CLIPModel(
            weights: weights(described),
            merges: Array(ReferenceModel.mergeLines(count: 600).joined(separator: "\n").utf8),
            precision: precision)
    }

    private func picture(_ shape: Shape) -> Tensor { GeneratedWeights.input(shape) * 20 }

    @Test("the loader reads it, and its vectors are those of PyTorch")
    func tower() throws {
        let model = try model()
        #expect(model.configuration.patch == 8 && model.configuration.imageSize == 32)
        let pixels = picture([2, 3, 32, 32])
        let grid = try ReferenceModel.error(
            model.imageTower.patchEmbedding(pixels), "patch_embedding", in: "CLIP/towers_trunk")
        #expect(grid.relative < 2e-6, "\(grid)")
        let expected = try Fixture.tensor("projected", in: "CLIP/towers_trunk")
        #expect(
            try compare(model.encodeImage(pixels), Tensor.stacked((0..<2).map { expected.element($0).element(0) }))
                .relative < 1e-5)
        let features = try model.denseFeatures(pixels.slice(1..<2), layers: [3])
        #expect(compare(features.layers[0].projected(), expected.element(1).slice(1..<17)).relative < 1e-5)
    }
}
