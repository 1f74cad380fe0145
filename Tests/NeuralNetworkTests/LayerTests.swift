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

    /// Of a transformer block that is `width` wide.
    private static func block(_ width: Int, hidden: Int) -> [(name: String, shape: Shape)] {
        var entries: [(name: String, shape: Shape)] = [
            ("attn.in_proj_weight", [3 * width, width]), ("attn.in_proj_bias", [3 * width]),
            ("attn.out_proj.weight", [width, width]), ("attn.out_proj.bias", [width]),
            ("mlp.c_fc.weight", [hidden, width]), ("mlp.c_fc.bias", [hidden]),
            ("mlp.c_proj.weight", [width, hidden]), ("mlp.c_proj.bias", [width]),
        ]
        for norm in ["ln_1", "ln_2"] { entries += [("\(norm).weight", [width]), ("\(norm).bias", [width])] }
        return entries
    }

    @Test("the profile of a block has every layer by its name, sums as counted by hand, and nearly all of the time")
    func profile() throws {
        let (tokens, width, hidden) = (197, 192, 768)
        let block = try load(Self.block(width, hidden: hidden).map { ("blocks.3.\($0.name)", $0.shape) }) {
            TransformerBlock($0.child("blocks").child(3), width: width, heads: 3, hidden: hidden, activation: .gelu)
        }
        let input = GeneratedWeights.input([2, tokens, width])
        _ = block(input)
        let profiles = (0..<5).map { _ in Profile.record { block(input) }.profile }
        let entries = profiles[0].entries.map { "\($0.path) \($0.kind.rawValue) \($0.sum.operations)" }
        let rows = 2 * tokens
        #expect(
            entries == [
                "blocks.3.ln_1 layer norm 0",
                "blocks.3.attn.in_proj linear \(2 * rows * 3 * width * width)",
                // Logits and weighted values of each pair of tokens.
                "blocks.3.attn attention \(2 * 2 * tokens * tokens * 2 * width)",
                "blocks.3.attn.out_proj linear \(2 * rows * width * width)",
                "blocks.3.ln_2 layer norm 0",
                "blocks.3.mlp.c_fc linear \(2 * rows * hidden * width)",
                "blocks.3.mlp.c_proj linear \(2 * rows * hidden * width)",
            ])
        // Other tests run on the same processors; one quiet run shows it.
        #expect(profiles.map(\.coverage).max() ?? 0 >= 0.95)
    }

    @Test("a causal block does not look ahead")
    func causal() throws {
        let block = try load(Self.block(8, hidden: 32)) {
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
