import NeuralNetwork
import Tensors

/// Attention within windows, a depthwise convolution over the whole map, and a feed-forward part.
///
/// Matches `TinyViTBlock` of MobileSAM.
struct TinyViTBlock: Sendable {
    let side: Int
    let attention: WindowAttention
    /// `local_conv`.
    let localConvolution: DepthwiseConvolution
    let feedForwardNorm: LayerNorm
    let feedForward: FeedForward
    /// The block's name among the weights.
    let path: String

    /// Tokens that go through the feed-forward part together. Their hidden channels then fit the cache.
    private static let bandRows = 128

    init(_ weights: WeightScope, width: Int, heads: Int, hidden: Int, side: Int, window: Int) {
        self.side = side
        path = weights.path
        attention = WindowAttention(weights.child("attn"), width: width, heads: heads, side: side, window: window)
        localConvolution = DepthwiseConvolution(weights.child("local_conv"), channels: width)
        feedForwardNorm = LayerNorm(weights.child("mlp").child("norm"), width: width)
        feedForward = FeedForward(
            weights.child("mlp"), width: width, hidden: hidden, activation: .gelu, names: ("fc1", "act", "fc2"))
    }

    /// `[tokens, width]`, row-major over the map, to the same.
    func callAsFunction(_ tokens: Tensor) -> Tensor {
        Profile.layer(path) {
            let attended = attention(tokens).reshaped(to: [side, side, tokens.shape[1]])
            let convolved = localConvolution(attended).reshaped(to: tokens.shape)
            return Tensor.inBands(convolved.shape, bandRows: Self.bandRows) { rows in
                let part = convolved.slice(rows)
                return feedForward(feedForwardNorm(part), adding: part)
            }
        }
    }
}
