import Foundation
import Tensors

/// The attentions of the models: all tokens, windows, and text.
func attentions() -> [KernelBenchmark] {
    [
        attention("ViT-B/16", batch: 1, tokens: 197, width: 768, heads: 12),
        attention("ViT-L/14@336", batch: 1, tokens: 577, width: 1024, heads: 16),
        attention("SAM ViT-B, windows", batch: 25, tokens: 196, width: 768, heads: 12),
        attention("SAM ViT-B, global", batch: 1, tokens: 4096, width: 768, heads: 12),
        attention("MobileSAM, windows", batch: 361, tokens: 49, width: 128, heads: 4),
        attention("text, causal", batch: 64, tokens: 12, width: 512, heads: 8, mask: .causal),
    ]
}

private func attention(
    _ model: String, batch: Int, tokens: Int, width: Int, heads: Int, mask: AttentionMask = .none
) -> KernelBenchmark {
    let shape = "\(batch) x \(tokens) tokens x \(heads) heads of \(width / heads)"
    return KernelBenchmark(kernel: "attention", model: model, shape: shape) {
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
        let weights = logits.map { exp($0 - largest) }
        let sum = weights.reduce(0, +)
        return PreparedKernel(
            run: {
                scaledDotProductAttention(
                    query: AttentionOperand(packed, firstColumn: 0, width: width),
                    key: AttentionOperand(packed, firstColumn: width, width: width),
                    value: AttentionOperand(packed, firstColumn: 2 * width, width: width), heads: heads, mask: mask)
            },
            expected: (0..<3).map { column in
                ExpectedElement(
                    query * width + column,
                    (0..<tokens).reduce(0.0) {
                        $0 + weights[$1] / sum * Double(packed[0, $1, 2 * width + column])
                    })
            })
    }
}
