import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import CLIP

@Suite("dense features")
struct DenseFeatureTests {
    private static let pixels = GeneratedWeights.input([1, 3, 32, 32])

    @Test("V-V attention from the first and from the second block", arguments: [1, 2])
    func valueValue(firstBlock: Int) throws {
        let fixture = "CLIP/towers_dense"
        let model = try ReferenceModel.model(ReferenceModel.configuration(.quickGELU))
        let features = try model.denseFeatures(
            Self.pixels, layers: [3, 1, 2], attention: .valueValue(firstBlock: firstBlock))
        #expect(features.layers.map(\.index) == [3, 1, 2])
        for layer in features.layers {
            let tokens = try ReferenceModel.error(
                layer.tokens, "from_\(firstBlock)_block_\(layer.index)", in: fixture)
            #expect(tokens.relative < 1e-5, "block \(layer.index): \(tokens)")
            let projected = try ReferenceModel.error(
                layer.projected(), "from_\(firstBlock)_projected_\(layer.index)", in: fixture)
            #expect(projected.relative < 1e-5, "projected \(layer.index): \(projected)")
        }
        #expect(
            try ReferenceModel.error(features.classToken, "from_\(firstBlock)_class", in: fixture).relative < 1e-5)
    }

    @Test("plain features are the tokens of the ordinary tower, and the class token is the picture's embedding")
    func ordinary() throws {
        let model = try ReferenceModel.model(ReferenceModel.configuration(.quickGELU))
        let features = try model.denseFeatures(Self.pixels, layers: [1, 3])
        let expected = try Fixture.tensors("CLIP/towers_quickgelu")
        for layer in features.layers {
            let block = try expected.load("block_\(layer.index)").element(0).slice(1..<17)
            #expect(compare(layer.tokens, block).relative < 1e-5)
        }
        #expect(compare(features.classToken, try model.encodeImage(Self.pixels).element(0)).relative < 1e-6)
    }

    @Test("blocks that do not exist and pictures that do not fit are refused")
    func refused() throws {
        let model = try ReferenceModel.model(ReferenceModel.configuration(.gelu))
        for layers in [[0], [4], [-1]] {
            #expect(throws: CLIPError.noSuchBlock(layers[0], blocks: 3)) {
                try model.denseFeatures(Self.pixels, layers: layers)
            }
        }
        #expect(throws: CLIPError.noSuchBlock(9, blocks: 3)) {
            try model.denseFeatures(Self.pixels, layers: [1], attention: .valueValue(firstBlock: 9))
        }
        for shape in [[1, 3, 30, 32], [1, 4, 32, 32], [3, 32, 32], [1, 3, 0, 32], [0, 3, 32, 32]] {
            #expect(throws: CLIPError.unusablePixels(dimensions: shape, patch: 8)) {
                try model.encodeImage(Tensor(zeros: Shape(shape)))
            }
        }
        #expect(throws: CLIPError.unusablePixels(dimensions: [2, 3, 32, 32], patch: 8)) {
            try model.denseFeatures(Tensor(zeros: [2, 3, 32, 32]), layers: [1])
        }
    }
}
