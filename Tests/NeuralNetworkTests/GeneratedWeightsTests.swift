import Tensors
import TestSupport
import Testing

@Suite("generated weights")
struct GeneratedWeightsTests {
    /// From `generated_weights.py`: `uniform("input", 4)` and the first values of tensors of each role.
    @Test("values are those that the Python side makes")
    func sameAsPython() {
        #expect(GeneratedWeights.input([4]).values == [-0.804_363_37, 0.304_720_76, -0.592_751_5, -0.451_110_72])
        let kernel = GeneratedWeights.tensor("visual.conv1.weight", shape: [8, 3, 2, 2]).values
        #expect(Array(kernel.prefix(3)) == [0.068_589_45, 0.095_224_14, -0.396_456_66])
        #expect(GeneratedWeights.tensor("logit_scale", shape: []).values == [2.684_618])
    }

    @Test("each role has its own scale")
    func roles() {
        func range(_ name: String, _ shape: Shape) -> (smallest: Float, largest: Float) {
            let values = GeneratedWeights.tensor(name, shape: shape).values
            return (values.min() ?? .nan, values.max() ?? .nan)
        }
        let norm = range("ln.weight", [4000])
        #expect(norm.smallest >= 0.75 && norm.smallest < 0.76 && norm.largest > 1.24 && norm.largest < 1.25)
        let bias = range("ln.bias", [4000])
        #expect(bias.smallest >= -0.1 && bias.largest < 0.1 && bias.largest > 0.09)
        let table = range("attn.rel_pos_h", [64, 64])
        #expect(table.largest < 0.2 && table.largest > 0.19)
        let map = range("a.weight", [64, 75])
        #expect(map.largest < 0.2 && map.largest > 0.19)
        let gaussian = range("pe.positional_encoding_gaussian_matrix", [2, 2000])
        #expect(gaussian.largest < 1.7 && gaussian.largest > 1.69)
    }
}
