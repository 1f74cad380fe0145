import NeuralNetwork
import Tensors

/// Self-attention within windows. A learnt bias for each head and each distance between query and key is added to the
/// logits.
///
/// Matches `Attention` of MobileSAM and the windows of its `TinyViTBlock`.
struct WindowAttention: Sendable {
    let heads: Int
    let norm: LayerNorm
    let groups: [WindowGroup]
    /// The tokens of each group, as row numbers of the map.
    let rows: [[Int]]
    /// The projection to queries, keys and values. The file has its rows head by head; here the queries of all heads come
    /// first, then all keys, then all values.
    let projection: Linear
    let output: Linear
    /// The layer's name among the weights.
    let path: String
    /// `[heads, tokens, tokens]` for the tokens of a window.
    let bias: Tensor
    /// Query, key and value of a padded token, `[3 * width]`. The reference pads with zeros before the norm, which turns
    /// them into its bias; so all padded tokens are the same and are computed once.
    let padding: Tensor

    /// Tokens of the windows that are computed together: four windows of side 7, or one of side 14. Their queries, keys,
    /// values and logits then fit the cache.
    private static let groupSlots = 196

    /// - Parameters:
    ///   - side: of the map.
    ///   - window: side of a window.
    init(_ weights: WeightScope, width: Int, heads: Int, side: Int, window: Int) {
        self.heads = heads
        path = weights.path
        norm = LayerNorm(weights.child("norm"), width: width)
        let order = Self.rowOrder(width: width, heads: heads)
        let stored = weights.child("qkv")
        projection = Linear(
            weight: stored.tensor("weight", shape: [3 * width, width]).gathered(rows: order),
            bias: stored.tensor("bias", shape: [3 * width]).reshaped(to: [3 * width, 1]).gathered(rows: order)
                .flattened(), path: stored.path)
        output = Linear(weights.child("proj"), in: width, out: width)
        bias = Self.expanded(weights.tensor("attention_biases", shape: [heads, window * window]), window: window)
        groups = WindowGroup.groups(rows: side, columns: side, window: window, mostSlots: Self.groupSlots)
        rows = groups.map(\.tokens)
        padding = projection(norm.bias.expanded(axis: 0)).flattened()
    }

    /// For each row of the projection its row in the file, where the order is head, then query, key or value, then channel.
    private static func rowOrder(width: Int, heads: Int) -> [Int] {
        let headWidth = width / heads
        return (0..<3).flatMap { part in
            (0..<width).map { row in (row / headWidth * 3 + part) * headWidth + row % headWidth }
        }
    }

    /// From one bias for each distance in rows and columns, `[heads, window * window]`, to one for each pair of tokens.
    static func expanded(_ biases: Tensor, window: Int) -> Tensor {
        let tokens = window * window
        let distances = (0..<tokens * tokens).map { pair in
            let (query, key) = (pair / tokens, pair % tokens)
            return abs(query / window - key / window) * window + abs(query % window - key % window)
        }
        return biases.transposed().gathered(rows: distances).transposed()
            .reshaped(to: [biases.shape[0], tokens, tokens])
    }

    /// `[tokens, width]`, row-major over the map, to the same, with the residual connection.
    func callAsFunction(_ tokens: Tensor) -> Tensor {
        Profile.layer(path) {
            Tensor.inGroups(tokens.shape, rows: rows) { index in
                let group = groups[index]
                let own = tokens.gathered(rows: group.tokens)
                let windows = group.padded(projection(norm(own)), with: padding)
                return output(group.unpadded(attended(windows)), adding: own)
            }
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
