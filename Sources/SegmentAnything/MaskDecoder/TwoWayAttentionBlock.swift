import NeuralNetwork
import Tensors

/// The parts of one layer of the two-way transformer, in the order of their use: self-attention of the prompt tokens,
/// cross-attention from prompt tokens to image tokens, the feed-forward part, and cross-attention from image tokens to
/// prompt tokens. A residual connection and a layer norm follow each of them.
///
/// Matches `TwoWayAttentionBlock` of segment_anything.
struct TwoWayAttentionBlock: Sendable {
    let isFirst: Bool
    /// `norm1` to `norm4`, one behind each part.
    let norms: (selfAttention: LayerNorm, tokenToImage: LayerNorm, feedForward: LayerNorm, imageToToken: LayerNorm)
    let selfAttention: TokenSelfAttention
    let tokenToImage: TokenToImageAttention
    let feedForward: FeedForward
    let imageToToken: ImageToTokenAttention

    init(_ weights: WeightScope, configuration: SAMConfiguration, isFirst: Bool) {
        let width = configuration.promptWidth
        let (inner, heads) = (configuration.decoderAttentionWidth, configuration.decoderHeads)
        func norm(_ name: String) -> LayerNorm { LayerNorm(weights.child(name), width: width, epsilon: 1e-5) }
        self.isFirst = isFirst
        selfAttention = TokenSelfAttention(weights.child("self_attn"), width: width, heads: heads)
        tokenToImage = TokenToImageAttention(
            weights.child("cross_attn_token_to_image"), width: width, inner: inner, heads: heads)
        feedForward = FeedForward(
            weights.child("mlp"), width: width, hidden: configuration.decoderHiddenWidth, activation: .relu,
            names: ("lin1", "act", "lin2"))
        imageToToken = ImageToTokenAttention(
            weights.child("cross_attn_image_to_token"), width: width, inner: inner, heads: heads)
        norms = (norm("norm1"), norm("norm2"), norm("norm3"), norm("norm4"))
    }

    /// The self-attention of the prompt tokens, with its norm.
    ///
    /// The first layer adds no position and has no residual connection, because its tokens still are their own positions.
    /// The reference calls this `skip_first_layer_pe`.
    ///
    /// - Parameters:
    ///   - tokens: `[prompts, tokens, width]`.
    ///   - position: the tokens as they entered the transformer, of the same shape.
    func selfAttended(_ tokens: Tensor, position: Tensor) -> Tensor {
        if isFirst { return norms.selfAttention(selfAttention(queriesAndKeys: tokens, values: tokens)) }
        return norms.selfAttention(selfAttention(queriesAndKeys: tokens + position, values: tokens, adding: tokens))
    }
}
