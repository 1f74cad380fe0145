import NeuralNetwork
import Tensors

/// Attention within windows, a convolution of each channel over the whole map, and a feed-forward part.
///
/// Matches `TinyViTBlock` of MobileSAM.
struct TinyViTBlock: Sendable {
    let side: Int
    let attention: WindowAttention
    let mixing: DepthwiseConvolution
    let hiddenNorm: LayerNorm
    let feedForward: FeedForward

    /// Tokens that go through the feed-forward part at once, so that their hidden channels stay in cache.
    private static let bandRows = 128

    init(_ weights: WeightScope, width: Int, heads: Int, hidden: Int, side: Int, window: Int) {
        self.side = side
        attention = WindowAttention(
            weights.child("attn"), width: width, heads: heads, side: side, window: window)
        mixing = DepthwiseConvolution(weights.child("local_conv"), channels: width)
        hiddenNorm = LayerNorm(weights.child("mlp").child("norm"), width: width)
        feedForward = FeedForward(
            weights.child("mlp"), width: width, hidden: hidden, activation: .gelu, names: ("fc1", "fc2"))
    }

    /// `[tokens, width]`, row-major over the map, to the same.
    func callAsFunction(_ tokens: Tensor) -> Tensor {
        let attended = attention(tokens).reshaped(to: [side, side, tokens.shape[1]])
        let mixed = mixing(attended).reshaped(to: tokens.shape)
        return Tensor.inBands(mixed.shape, bandRows: Self.bandRows) { rows in
            let part = mixed.slice(rows)
            return feedForward(hiddenNorm(part), adding: part)
        }
    }
}
