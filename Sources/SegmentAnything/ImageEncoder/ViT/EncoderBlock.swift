import NeuralNetwork
import Tensors

/// Attention and a feed-forward part, each with a layer norm in front and a residual connection.
///
/// Matches `Block` of segment_anything.
struct EncoderBlock: Sendable {
    let attentionNorm: LayerNorm
    let attention: GridAttention
    let feedForwardNorm: LayerNorm
    let feedForward: FeedForward
    /// The block's name among the weights.
    let path: String

    init(_ weights: WeightScope, configuration: ViTConfiguration, grid: Int, isGlobal: Bool) {
        path = weights.path
        let width = configuration.width
        attentionNorm = LayerNorm(weights.child("norm1"), width: width, epsilon: 1e-6)
        attention = GridAttention(
            weights.child("attn"), configuration: configuration, grid: grid,
            window: isGlobal ? nil : configuration.window)
        feedForwardNorm = LayerNorm(weights.child("norm2"), width: width, epsilon: 1e-6)
        feedForward = FeedForward(
            weights.child("mlp"), width: width, hidden: configuration.hiddenWidth, activation: .gelu,
            names: ("lin1", "act", "lin2"))
    }

    /// `[tokens, width]` to `[tokens, width]`, row-major over the grid.
    func callAsFunction(_ tokens: Tensor) -> Tensor {
        Profile.layer(path) {
            let attended = attention(attentionNorm(tokens), adding: tokens)
            return feedForward(feedForwardNorm(attended), adding: attended)
        }
    }
}
