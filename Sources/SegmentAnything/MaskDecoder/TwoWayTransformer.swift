import NeuralNetwork
import Tensors

/// One layer: tokens among themselves, tokens to picture, feed-forward, picture to tokens; each normalised after its
/// sum.
///
/// Matches `TwoWayAttentionBlock` of segment_anything.
struct TwoWayLayer: Sendable {
    let isFirst: Bool
    let selfAttention: TwoWayAttention
    let selfNorm: LayerNorm
    let tokensToImage: TwoWayAttention
    let tokensToImageNorm: LayerNorm
    let feedForward: FeedForward
    let hiddenNorm: LayerNorm
    let imageToTokens: TwoWayAttention
    let imageToTokensNorm: LayerNorm

    init(_ weights: WeightScope, configuration: SAMConfiguration, isFirst: Bool) {
        let width = configuration.promptWidth
        func attention(_ name: String, inner: Int) -> TwoWayAttention {
            TwoWayAttention(weights.child(name), width: width, inner: inner, heads: configuration.decoderHeads)
        }
        func norm(_ name: String) -> LayerNorm {
            LayerNorm(weights.child(name), width: width, epsilon: 1e-5)
        }
        self.isFirst = isFirst
        selfAttention = attention("self_attn", inner: width)
        selfNorm = norm("norm1")
        tokensToImage = attention("cross_attn_token_to_image", inner: configuration.decoderAttentionWidth)
        tokensToImageNorm = norm("norm2")
        feedForward = FeedForward(
            weights.child("mlp"), width: width, hidden: configuration.decoderHiddenWidth, activation: .relu,
            names: ("lin1", "lin2"))
        hiddenNorm = norm("norm3")
        imageToTokensNorm = norm("norm4")
        imageToTokens = attention("cross_attn_image_to_token", inner: configuration.decoderAttentionWidth)
    }

    /// - Parameters:
    ///   - tokens: `[prompts, tokens, width]`; changed.
    ///   - image: `[prompts, cells, width]`; changed.
    ///   - tokenPosition: `[prompts, tokens, width]`, the tokens as they entered the transformer.
    ///   - imagePosition: `[1, cells, width]`.
    func apply(tokens: inout Tensor, image: inout Tensor, tokenPosition: Tensor, imagePosition: Tensor) {
        if isFirst {
            // The first layer's tokens are their own positions still, and its result replaces them.
            tokens = selfNorm(selfAttention(queries: tokens, keys: tokens, values: tokens))
        } else {
            let placed = tokens + tokenPosition
            tokens = selfNorm(selfAttention(queries: placed, keys: placed, values: tokens, adding: tokens))
        }
        let placedImage = image + imagePosition
        tokens = tokensToImageNorm(
            tokensToImage(queries: tokens + tokenPosition, keys: placedImage, values: image, adding: tokens))
        tokens = hiddenNorm(feedForward(tokens, adding: tokens))
        image = imageToTokensNorm(
            imageToTokens(queries: placedImage, keys: tokens + tokenPosition, values: tokens, adding: image))
    }
}

/// Lets prompt tokens and the picture's cells inform each other.
///
/// Matches `TwoWayTransformer` of segment_anything.
struct TwoWayTransformer: Sendable {
    let layers: [TwoWayLayer]
    let finalAttention: TwoWayAttention
    let finalNorm: LayerNorm

    init(_ weights: WeightScope, configuration: SAMConfiguration) {
        let width = configuration.promptWidth
        layers = (0..<configuration.decoderDepth).map { index in
            TwoWayLayer(weights.child("layers").child(index), configuration: configuration, isFirst: index == 0)
        }
        finalAttention = TwoWayAttention(
            weights.child("final_attn_token_to_image"), width: width, inner: configuration.decoderAttentionWidth,
            heads: configuration.decoderHeads)
        finalNorm = LayerNorm(weights.child("norm_final_attn"), width: width, epsilon: 1e-5)
    }

    /// - Parameters:
    ///   - tokens: `[prompts, tokens, width]`.
    ///   - image: `[prompts, cells, width]`.
    ///   - imagePosition: `[1, cells, width]`.
    /// - Returns: both, transformed, in the shapes they came in.
    func callAsFunction(tokens: Tensor, image: Tensor, imagePosition: Tensor) -> (tokens: Tensor, image: Tensor) {
        var queries = tokens
        var cells = image
        for layer in layers {
            layer.apply(tokens: &queries, image: &cells, tokenPosition: tokens, imagePosition: imagePosition)
        }
        let final = finalAttention(
            queries: queries + tokens, keys: cells + imagePosition, values: cells, adding: queries)
        return (finalNorm(final), cells)
    }
}
