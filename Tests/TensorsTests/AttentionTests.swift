import Tensors
import TestSupport
import Testing

@Suite struct AttentionTests {
    @Test(
        "blocks of queries and keys together equal the plain twin",
        arguments: [
            (1, 1, false), (5, 700, false), (300, 300, true), (130, 520, false), (513, 513, true),
        ])
    func blocks(_ queries: Int, _ keys: Int, _ isCausal: Bool) {
        var random = SeededGenerator(seed: 91)
        let (heads, width, valueWidth) = (2, 5, 3)
        let query = random.tensor([1, queries, heads * width], in: -3...3)
        let key = random.tensor([1, keys, heads * width], in: -3...3)
        let value = random.tensor([1, keys, heads * valueWidth])
        let result = scaledDotProductAttention(
            query: AttentionOperand(query), key: AttentionOperand(key), value: AttentionOperand(value), heads: heads,
            scale: 0.4, mask: isCausal ? .causal : .none)
        for head in 0..<heads {
            let expected = referenceAttention(
                query: columns(query, head, width), key: columns(key, head, width),
                value: columns(value, head, valueWidth), queries: queries, keys: keys, width: width,
                valueWidth: valueWidth, scale: Double(Float(0.4)),
                bias: { isCausal && $1 > $0 ? -.infinity : 0 })
            let actual = result.sliced(axis: 2, head * valueWidth..<(head + 1) * valueWidth).values
            // Logits up to 18 in size are off by 7 roundings of that; the weights by that and 8 more, twice for the
            // quotient; each sum over keys adds a rounding a key at worst. Values are at most 1 in size.
            let bound = (2 * (18 * 7 + 8) + 2 * Double(keys)) * Float.unitRoundoff
            let difference = compare(actual, expected) { _ in bound }
            #expect(difference.isWithinBounds, "head \(head), seed \(random.seed): \(difference)")
        }
    }

    @Test(
        "relative positions on a grid of several key blocks equal the plain twin",
        arguments: [(40, 33), (9, 70), (3, 600)])
    func relativePositions(_ height: Int, _ width: Int) {
        var random = SeededGenerator(seed: 92)
        let (queries, headWidth) = (20, 4)
        let keys = height * width
        let query = random.tensor([1, queries, headWidth])
        let key = random.tensor([1, keys, headWidth])
        let value = random.tensor([1, keys, headWidth])
        let rows = random.tensor([1, 1, queries, height], in: -2...2)
        let columns = random.tensor([1, 1, queries, width], in: -2...2)
        let result = scaledDotProductAttention(
            query: AttentionOperand(query), key: AttentionOperand(key), value: AttentionOperand(value), heads: 1,
            relativePosition: DecomposedRelativePosition(rows: rows, columns: columns))
        let expected = referenceAttention(
            query: query.values.map(Double.init), key: key.values.map(Double.init),
            value: value.values.map(Double.init), queries: queries, keys: keys, width: headWidth, valueWidth: headWidth,
            scale: 0.5
        ) { Double(rows.values[$0 * height + $1 / width]) + Double(columns.values[$0 * width + $1 % width]) }
        let difference = compare(result.values, expected) { _ in
            (2 * (6 * 7 + 8) + 2 * Double(keys)) * Float.unitRoundoff
        }
        #expect(difference.isWithinBounds, "seed \(random.seed): \(difference)")
    }

    @Test("a bias of every head's logits equals the plain twin, in every image", arguments: [(7, 49), (98, 600)])
    func bias(_ queries: Int, _ keys: Int) {
        var random = SeededGenerator(seed: 94)
        let (heads, width) = (2, 4)
        let query = random.tensor([2, queries, heads * width])
        let key = random.tensor([2, keys, heads * width])
        let value = random.tensor([2, keys, heads * width])
        let bias = random.tensor([heads, queries, keys], in: -2...2)
        let result = scaledDotProductAttention(
            query: AttentionOperand(query), key: AttentionOperand(key), value: AttentionOperand(value), heads: heads,
            bias: bias)
        let terms = bias.values
        for image in 0..<2 {
            for head in 0..<heads {
                let expected = referenceAttention(
                    query: columns(query.slice(image..<image + 1), head, width),
                    key: columns(key.slice(image..<image + 1), head, width),
                    value: columns(value.slice(image..<image + 1), head, width), queries: queries, keys: keys,
                    width: width, valueWidth: width, scale: 0.5
                ) { Double(terms[(head * queries + $0) * keys + $1]) }
                let actual = result.slice(image..<image + 1).sliced(axis: 2, head * width..<(head + 1) * width).values
                let difference = compare(actual, expected) { _ in
                    (2 * (4 * 7 + 8) + 2 * Double(keys)) * Float.unitRoundoff
                }
                #expect(difference.isWithinBounds, "image \(image), head \(head), seed \(random.seed): \(difference)")
            }
        }
    }

    @Test("a batch is attended image by image")
    func batch() {
        var random = SeededGenerator(seed: 93)
        let packed = random.tensor([3, 21, 24])
        func attend(_ tensor: Tensor) -> Tensor {
            scaledDotProductAttention(
                query: AttentionOperand(tensor, firstColumn: 0, width: 8),
                key: AttentionOperand(tensor, firstColumn: 8, width: 8),
                value: AttentionOperand(tensor, firstColumn: 16), heads: 2)
        }
        let together = attend(packed)
        for image in 0..<3 {
            #expect(isIdentical(together.slice(image..<(image + 1)), attend(packed.slice(image..<(image + 1)))))
        }
    }

    private func columns(_ tensor: Tensor, _ head: Int, _ width: Int) -> [Double] {
        tensor.sliced(axis: 2, head * width..<(head + 1) * width).values.map(Double.init)
    }
}
