import Tensors

/// The attentions of the models: all tokens, windows, text, and SAM's with relative positions.
func attentions() {
    attention("ViT-B/16, 197 tokens, 12 heads", batch: 1, tokens: 197, width: 768, heads: 12)
    attention("ViT-L/14@336, 577 tokens, 16 heads", batch: 1, tokens: 577, width: 1024, heads: 16)
    attention("SAM ViT-B windows, 25 of 196 tokens, 12 heads", batch: 25, tokens: 196, width: 768, heads: 12)
    attention("SAM ViT-B global, 4096 tokens, 12 heads", batch: 1, tokens: 4096, width: 768, heads: 12)
    attention("MobileSAM windows, 361 of 49 tokens, 4 heads", batch: 361, tokens: 49, width: 128, heads: 4)
    attention("text, 64 of 12 tokens, causal, 8 heads", batch: 64, tokens: 12, width: 512, heads: 8, mask: .causal)
}

private func attention(
    _ name: String, batch: Int, tokens: Int, width: Int, heads: Int, mask: AttentionMask = .none
) {
    let packed = pattern([batch, tokens, 3 * width])
    let headWidth = width / heads
    // The last query of the first head, which sees every key also under a causal mask.
    let query = tokens - 1
    let logits = (0..<tokens).map { key in
        (0..<headWidth).reduce(0.0) {
            $0 + Double(packed[0, query, $1]) * Double(packed[0, key, width + $1])
        } / Double(headWidth).squareRoot()
    }
    let largest = logits.max() ?? 0
    let weights = logits.map { exponential($0 - largest) }
    let sum = weights.reduce(0, +)
    let expected = (0..<3).map { column in
        (
            index: query * width + column,
            value: (0..<tokens).reduce(0.0) { $0 + weights[$1] / sum * Double(packed[0, $1, 2 * width + column]) }
        )
    }
    kernel(
        "attention, \(name)", operations: 4 * Double(batch * tokens * tokens) * Double(width),
        elements: 4 * batch * tokens * width
    ) {
        scaledDotProductAttention(
            query: AttentionOperand(packed, firstColumn: 0, width: width),
            key: AttentionOperand(packed, firstColumn: width, width: width),
            value: AttentionOperand(packed, firstColumn: 2 * width, width: width), heads: heads, mask: mask)
    } check: {
        compare($0, expected, magnitude: 1)
    }
}

/// The series, far more exact than needed, so that no mathematics library is linked for one check.
private func exponential(_ x: Double) -> Double {
    var (sum, term) = (1.0, 1.0)
    for index in 1...80 {
        term *= x / 16 / Double(index)
        sum += term
    }
    return (0..<4).reduce(sum) { value, _ in value * value }
}
