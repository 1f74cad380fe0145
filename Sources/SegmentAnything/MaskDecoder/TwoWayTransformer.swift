import NeuralNetwork
import Tensors

/// One layer: tokens among themselves, tokens to picture, feed-forward, picture to tokens; each normalised after its
/// sum.
///
/// Matches `TwoWayAttentionBlock` of segment_anything.
struct TwoWayLayer: Sendable {
    let isFirst: Bool
    let selfAttention: TokenAttention
    let selfNorm: LayerNorm
    let tokensToImage: TokensToImage
    let tokensToImageNorm: LayerNorm
    let feedForward: FeedForward
    let hiddenNorm: LayerNorm
    let imageToTokens: ImageToTokens
    let imageToTokensNorm: LayerNorm

    init(_ weights: WeightScope, configuration: SAMConfiguration, isFirst: Bool) {
        let width = configuration.promptWidth
        let (inner, heads) = (configuration.decoderAttentionWidth, configuration.decoderHeads)
        func norm(_ name: String) -> LayerNorm {
            LayerNorm(weights.child(name), width: width, epsilon: 1e-5)
        }
        self.isFirst = isFirst
        selfAttention = TokenAttention(weights.child("self_attn"), width: width, heads: heads)
        selfNorm = norm("norm1")
        tokensToImage = TokensToImage(
            weights.child("cross_attn_token_to_image"), width: width, inner: inner, heads: heads)
        tokensToImageNorm = norm("norm2")
        feedForward = FeedForward(
            weights.child("mlp"), width: width, hidden: configuration.decoderHiddenWidth, activation: .relu,
            names: ("lin1", "lin2"))
        hiddenNorm = norm("norm3")
        imageToTokensNorm = norm("norm4")
        imageToTokens = ImageToTokens(
            weights.child("cross_attn_image_to_token"), width: width, inner: inner, heads: heads)
    }

    /// The tokens among themselves.
    ///
    /// - Parameters:
    ///   - tokens: `[prompts, tokens, width]`.
    ///   - position: the tokens as they entered the transformer, of the same shape.
    func amongThemselves(_ tokens: Tensor, position: Tensor) -> Tensor {
        // The first layer's tokens are their own positions still, and its result replaces them.
        if isFirst { return selfNorm(selfAttention(queries: tokens, keys: tokens, values: tokens)) }
        let placed = tokens + position
        return selfNorm(selfAttention(queries: placed, keys: placed, values: tokens, adding: tokens))
    }
}

/// Lets prompt tokens and the picture's cells inform each other.
///
/// What a layer tells the cells waits for the next question to them, so that both are one pass over the cells.
///
/// Matches `TwoWayTransformer` of segment_anything.
struct TwoWayTransformer: Sendable {
    let layers: [TwoWayLayer]
    let finalAttention: TokensToImage
    let finalNorm: LayerNorm

    init(_ weights: WeightScope, configuration: SAMConfiguration) {
        let width = configuration.promptWidth
        layers = (0..<configuration.decoderDepth).map { index in
            TwoWayLayer(weights.child("layers").child(index), configuration: configuration, isFirst: index == 0)
        }
        finalAttention = TokensToImage(
            weights.child("final_attn_token_to_image"), width: width, inner: configuration.decoderAttentionWidth,
            heads: configuration.decoderHeads)
        finalNorm = LayerNorm(weights.child("norm_final_attn"), width: width, epsilon: 1e-5)
    }

    /// - Parameters:
    ///   - tokens: `[prompts, tokens, width]`.
    ///   - image: a matrix `[width, cells]` for each prompt, or one for all.
    ///   - imagePosition: one matrix `[width, cells]`.
    /// - Returns: both, transformed, the image for each prompt.
    func callAsFunction(
        tokens: Tensor, image: ColumnPanels, imagePosition: ColumnPanels
    ) -> (tokens: Tensor, image: ColumnPanels) {
        var queries = tokens
        var cells = image
        var update: ColumnUpdate?
        func ask(_ attention: TokensToImage, norm: LayerNorm) {
            let seen = cells.attended(
                position: imagePosition, update: update, questions: attention.questions(queries + tokens))
            cells = seen.columns
            queries = norm(attention.answers(seen.means, adding: queries))
        }
        for layer in layers {
            queries = layer.amongThemselves(queries, position: tokens)
            ask(layer.tokensToImage, norm: layer.tokensToImageNorm)
            queries = layer.hiddenNorm(layer.feedForward(queries, adding: queries))
            update = layer.imageToTokens.update(
                keys: queries + tokens, values: queries, norm: layer.imageToTokensNorm)
        }
        ask(finalAttention, norm: finalNorm)
        return (queries, cells)
    }
}
