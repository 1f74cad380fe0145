import NeuralNetwork
import Tensors

/// Self-attention within windows, with a learnt term for each head and each distance between query and key.
///
/// Matches `Attention` of MobileSAM and the windows of its `TinyViTBlock`.
struct WindowAttention: Sendable {
    let heads: Int
    let norm: LayerNorm
    /// Its rows are reordered to all heads' queries, all keys, all values; the file has them head by head.
    let projection: Linear
    let output: Linear
    /// `[heads, tokens, tokens]` of a window.
    let bias: Tensor
    let groups: [WindowGroup]
    /// The tokens of each group.
    let rows: [[Int]]
    /// What a padded token, zero before the norm, is after the projection: `[3 * width]`.
    let padding: Tensor

    /// Tokens that are attended to at once: four windows of side 7, one of side 14. What belongs to them stays in cache.
    private static let groupSlots = 196

    /// - Parameters:
    ///   - side: of the map.
    ///   - window: side of a window.
    init(_ weights: WeightScope, width: Int, heads: Int, side: Int, window: Int) {
        self.heads = heads
        norm = LayerNorm(weights.child("norm"), width: width)
        let order = Self.rowOrder(width: width, heads: heads)
        let stored = weights.child("qkv")
        projection = Linear(
            weight: stored.tensor("weight", shape: [3 * width, width]).gathered(rows: order),
            bias: stored.tensor("bias", shape: [3 * width]).reshaped(to: [3 * width, 1]).gathered(rows: order)
                .flattened())
        output = Linear(weights.child("proj"), in: width, out: width)
        bias = Self.expanded(weights.tensor("attention_biases", shape: [heads, window * window]), window: window)
        groups = WindowGroup.groups(rows: side, columns: side, window: window, mostSlots: Self.groupSlots)
        rows = groups.map(\.tokens)
        padding = projection(norm.bias.expanded(axis: 0)).flattened()
    }

    /// Where each row of the projection stands in the file: [head][query, key, value][channel] there.
    private static func rowOrder(width: Int, heads: Int) -> [Int] {
        let headWidth = width / heads
        return (0..<3).flatMap { part in
            (0..<width).map { row in (row / headWidth * 3 + part) * headWidth + row % headWidth }
        }
    }

    /// One value for each distance in rows and columns, `[heads, window * window]`, as one for each pair of tokens.
    static func expanded(_ biases: Tensor, window: Int) -> Tensor {
        let tokens = window * window
        let distances = (0..<tokens * tokens).map { pair in
            let (query, key) = (pair / tokens, pair % tokens)
            return abs(query / window - key / window) * window + abs(query % window - key % window)
        }
        return biases.transposed().gathered(rows: distances).transposed()
            .reshaped(to: [biases.shape[0], tokens, tokens])
    }

    /// `[tokens, width]`, row-major over the map, to the same; the tokens that came in are added.
    func callAsFunction(_ tokens: Tensor) -> Tensor {
        Tensor.inGroups(tokens.shape, rows: rows) { index in
            let group = groups[index]
            let own = tokens.gathered(rows: group.tokens)
            let windows = group.padded(projection(norm(own)), with: padding)
            return output(group.unpadded(attended(windows)), adding: own)
        }
    }

    /// - Parameter projections: `[windows, tokens, 3 * width]`.
    /// - Returns: `[windows, tokens, width]`.
    private func attended(_ projections: Tensor) -> Tensor {
        let width = projections.shape[2] / 3
        return scaledDotProductAttention(
            query: AttentionOperand(projections, firstColumn: 0, width: width),
            key: AttentionOperand(projections, firstColumn: width, width: width),
            value: AttentionOperand(projections, firstColumn: 2 * width, width: width), heads: heads, bias: bias)
    }
}
