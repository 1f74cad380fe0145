import NeuralNetwork
import Tensors
import TestSupport
import Testing

/// Layers against sums written out; their numbers against the reference libraries stand in the models' tests.
@Suite("layers")
struct LayerTests {
    private func load<Layer>(
        _ entries: [(name: String, shape: Shape)], _ build: (WeightScope) throws(WeightError) -> Layer
    ) throws -> Layer {
        try WeightScope.load(from: GeneratedWeights(entries), build)
    }

    @Test("a linear layer is the sum of products and the bias, then the activation, then the residual")
    func linear() throws {
        let layer = try load([("weight", [2, 3]), ("bias", [2])]) { Linear($0, in: 3, out: 2) }
        let input = GeneratedWeights.input([4, 3])
        let residual = GeneratedWeights.input([4, 2], name: "residual")
        let weight = GeneratedWeights.tensor("weight", shape: [2, 3])
        let output = layer(input, activation: .relu, adding: residual)
        #expect(output.shape == [4, 2])
        for row in 0..<4 {
            for column in 0..<2 {
                var sum = Double(layer.bias?[column] ?? .nan)
                for index in 0..<3 { sum += Double(input[row, index]) * Double(weight[column, index]) }
                let expected = max(0, sum) + Double(residual[row, column])
                #expect(abs(Double(output[row, column]) - expected) < 1e-6)
            }
        }
    }

    @Test("a convolution asks for its shapes and returns the grid it documents")
    func convolution() throws {
        let convolution = try load([("weight", [6, 2, 3, 3]), ("bias", [6])]) {
            Convolution2D($0, in: 4, out: 6, kernel: 3, stride: 2, padding: 1, groups: 2)
        }
        let planes = GeneratedWeights.input([1, 4, 9, 6])
        let found = convolution(planes)
        #expect(found.shape == [1, 6, 5, 3])
        let expected = referenceConvolution(
            planes.values.map(Double.init), [1, 4, 9, 6], weight: convolution.weight.values.map(Double.init),
            [6, 2, 3, 3], bias: convolution.bias?.values.map(Double.init) ?? [], stride: 2, padding: 1, groups: 2)
        #expect(compare(found.values, expected) { _ in 1e-6 }.isWithinBounds)
    }

    @Test("an embedding returns the rows asked for, in order")
    func embedding() throws {
        let embedding = try load([("weight", [5, 2])]) { Embedding($0, count: 5, width: 2) }
        let rows = embedding([4, 0, 1])
        #expect(rows.shape == [3, 2])
        #expect(rows.values == [4, 0, 1].flatMap { [embedding.weight[$0, 0], embedding.weight[$0, 1]] })
    }

    @Test("attention of values with values equals attention whose queries and keys are the values")
    func valueAttention() throws {
        let entries: [(name: String, shape: Shape)] = [
            ("in_proj_weight", [24, 8]), ("in_proj_bias", [24]), ("out_proj.weight", [8, 8]), ("out_proj.bias", [8]),
        ]
        let attention = try load(entries) { MultiHeadAttention($0, width: 8, heads: 2) }
        let packed = attention.projected(GeneratedWeights.input([1, 5, 8]))
        let values = packed.sliced(axis: 2, 16..<24)
        let tripled = Tensor.concatenated([values, values, values], axis: 2)
        #expect(compare(attention.attendByValues(packed), attention.attend(tripled)).relative < 1e-6)
        #expect(compare(attention.attendByValues(packed), attention.attend(packed)).relative > 1e-2)
    }

    @Test("a causal block does not look ahead")
    func causal() throws {
        var entries: [(name: String, shape: Shape)] = [
            ("attn.in_proj_weight", [24, 8]), ("attn.in_proj_bias", [24]), ("attn.out_proj.weight", [8, 8]),
            ("attn.out_proj.bias", [8]), ("mlp.c_fc.weight", [32, 8]), ("mlp.c_fc.bias", [32]),
            ("mlp.c_proj.weight", [8, 32]), ("mlp.c_proj.bias", [8]),
        ]
        for norm in ["ln_1", "ln_2"] { entries += [("\(norm).weight", [8]), ("\(norm).bias", [8])] }
        let block = try load(entries) {
            TransformerBlock($0, width: 8, heads: 2, hidden: 32, activation: .gelu)
        }
        let tokens = GeneratedWeights.input([1, 6, 8])
        let start = block(tokens.sliced(axis: 1, 0..<3), mask: .causal)
        #expect(compare(block(tokens, mask: .causal).sliced(axis: 1, 0..<3), start).relative < 1e-6)
        #expect(compare(block(tokens).sliced(axis: 1, 0..<3), start).relative > 1e-3)
        // One token of each element is that of the whole.
        let batch = GeneratedWeights.input([3, 6, 8], name: "batch")
        for mask in [AttentionMask.none, .causal] {
            let whole = block(batch, mask: mask).reshaped(to: [18, 8]).gathered(rows: [0, 11, 15])
            #expect(isIdentical(block(batch, mask: mask, keeping: [0, 5, 3]), whole))
        }
    }
}
