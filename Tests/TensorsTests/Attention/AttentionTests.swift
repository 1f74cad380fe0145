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

    @Test("relative positions over a square of several key blocks equal the plain twin", arguments: [1, 5, 14, 33])
    func relativePositions(_ side: Int) {
        var random = SeededGenerator(seed: 92)
        let (heads, headWidth, tokens) = (2, 4, side * side)
        let packed = random.tensor([1, tokens, 3 * heads * headWidth])
        let rows = random.tensor([side, side, headWidth])
        let columns = random.tensor([side, side, headWidth])
        let result = attend(packed, heads: heads, tables: RelativePositionTables(rows: rows, columns: columns))
        for head in 0..<heads {
            let expected = expected(
                packed.element(0), head: head, heads: heads, tokens: Array(0..<tokens), side: side, rows, columns)
            let actual = self.columns(result, head, headWidth).map { Float($0) }
            let difference = compare(actual, expected) { _ in
                // Logits up to 12 in size: the query's product with each table is one more sum of four.
                (2 * (12 * 10 + 8) + 2 * Double(tokens)) * Float.unitRoundoff
            }
            #expect(difference.isWithinBounds, "side \(side), head \(head), seed \(random.seed): \(difference)")
        }
    }

    @Test(
        "windows equal the plain twin of each window by itself, padded where it hangs over the edge",
        arguments: [(4, 4, 2), (5, 7, 3), (14, 16, 14), (3, 4, 7), (1, 1, 1)])
    func windows(_ height: Int, _ width: Int, _ side: Int) {
        var random = SeededGenerator(seed: 95)
        let (heads, headWidth) = (2, 4)
        let (tokens, slots) = (height * width, side * side)
        let columnCount = 3 * heads * headWidth
        let packed = random.tensor([2, tokens, columnCount])
        let padding = random.tensor([columnCount])
        let rows = random.tensor([side, side, headWidth])
        let columns = random.tensor([side, side, headWidth])
        let bias = random.tensor([heads, slots, slots])
        let windows = AttentionWindows(gridHeight: height, gridWidth: width, side: side)
        let result = attend(
            packed, heads: heads, padding: padding, windows: windows,
            tables: RelativePositionTables(rows: rows, columns: columns), bias: bias)
        let (down, across) = ((height + side - 1) / side, (width + side - 1) / side)
        #expect(windows.count == down * across)
        for image in 0..<2 {
            let padded = Tensor.concatenated([packed.element(image), padding.expanded(axis: 0)], axis: 0)
            for window in 0..<down * across {
                let places = (0..<slots).map { slot -> Int in
                    let (y, x) = (window / across * side + slot / side, window % across * side + slot % side)
                    return y < height && x < width ? y * width + x : tokens
                }
                for head in 0..<heads {
                    let expected = expected(
                        padded, head: head, heads: heads, tokens: places, side: side, rows, columns, bias: bias)
                    let all = self.columns(result.slice(image..<image + 1), head, headWidth)
                    let real = places.indices.filter { places[$0] < tokens }
                    let actual = real.flatMap { slot in
                        (0..<headWidth).map { Float(all[places[slot] * headWidth + $0]) }
                    }
                    let own = real.flatMap { slot in (0..<headWidth).map { expected[slot * headWidth + $0] } }
                    let difference = compare(actual, own) { _ in
                        (2 * (13 * 10 + 8) + 2 * Double(slots)) * Float.unitRoundoff
                    }
                    #expect(
                        difference.isWithinBounds,
                        "window \(window) of image \(image), head \(head), seed \(random.seed): \(difference)")
                }
            }
        }
    }

    private func attend(
        _ packed: Tensor, heads: Int, padding: Tensor? = nil, windows: AttentionWindows? = nil,
        tables: RelativePositionTables, bias: Tensor? = nil
    ) -> Tensor {
        let width = packed.shape[2] / 3
        let operands = (0..<3).map {
            AttentionOperand(packed, firstColumn: $0 * width, width: width, padding: padding)
        }
        return scaledDotProductAttention(
            query: operands[0], key: operands[1], value: operands[2], heads: heads, windows: windows,
            relativePosition: tables, bias: bias)
    }

    /// One head over the tokens named, which are the slots of a square, from packed projections `[tokens, 3 * width]`.
    private func expected(
        _ packed: Tensor, head: Int, heads: Int, tokens: [Int], side: Int, _ rows: Tensor, _ columns: Tensor,
        bias: Tensor? = nil
    ) -> [Double] {
        let headWidth = packed.shape[1] / 3 / heads
        let chosen = packed.gathered(rows: tokens).expanded(axis: 0)
        let parts = (0..<3).map { self.columns(chosen, $0 * heads + head, headWidth) }
        let (rowTable, columnTable) = (rows.values.map(Double.init), columns.values.map(Double.init))
        let terms = bias?.values
        let slots = tokens.count
        /// A query's products with the entries of its row or column, `[slots, side]`.
        func products(_ table: [Double], _ matrix: (Int) -> Int) -> [Double] {
            (0..<slots * side).map { index in
                let (query, key) = (index / side, index % side)
                return (0..<headWidth).reduce(0) {
                    $0 + parts[0][query * headWidth + $1] * table[(matrix(query) * side + key) * headWidth + $1]
                }
            }
        }
        let rowProducts = products(rowTable) { $0 / side }
        let columnProducts = products(columnTable) { $0 % side }
        return referenceAttention(
            query: parts[0], key: parts[1], value: parts[2], queries: slots, keys: slots, width: headWidth,
            valueWidth: headWidth, scale: 1 / Double(headWidth).squareRoot()
        ) { query, key in
            rowProducts[query * side + key / side] + columnProducts[query * side + key % side]
                + (terms.map { Double($0[(head * slots + query) * slots + key]) } ?? 0)
        }
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
