import NeuralNetwork
import Tensors

/// Prompt tokens and image tokens attend to each other.
///
/// The reference goes over the image tokens twice in each layer: the prompt tokens attend to them, and then they attend to
/// the prompt tokens and change. Here each change is kept as a ``ColumnUpdate`` until the next attention reads the image
/// tokens. That attention applies the change to some image tokens and reads them at once, while they are in the
/// processor's cache, so a layer needs one pass over them. Nothing reads the image tokens in between, so the result is the
/// same.
///
/// Matches `TwoWayTransformer` of segment_anything.
struct TwoWayTransformer: Sendable {
    let layers: [TwoWayAttentionBlock]
    let finalAttention: TokenToImageAttention
    let finalNorm: LayerNorm
    /// The transformer's name among the weights.
    let path: String

    init(_ weights: WeightScope, configuration: SAMConfiguration) {
        let width = configuration.promptWidth
        path = weights.path
        layers = (0..<configuration.decoderDepth).map { index in
            TwoWayAttentionBlock(
                weights.child("layers").child(index), configuration: configuration, isFirst: index == 0)
        }
        finalAttention = TokenToImageAttention(
            weights.child("final_attn_token_to_image"), width: width, inner: configuration.decoderAttentionWidth,
            heads: configuration.decoderHeads)
        finalNorm = LayerNorm(weights.child("norm_final_attn"), width: width, epsilon: 1e-5)
    }

    /// - Parameters:
    ///   - tokens: `[prompts, tokens, width]`.
    ///   - image: the image tokens, a matrix `[width, image tokens]` for each prompt, or one for all prompts.
    ///   - imagePosition: the positional encoding of the image tokens, one matrix `[width, image tokens]`.
    /// - Returns: both, transformed; the image tokens have a matrix for each prompt.
    func callAsFunction(
        tokens: Tensor, image: ColumnPanels, imagePosition: ColumnPanels
    ) -> (tokens: Tensor, image: ColumnPanels) {
        let tokenPosition = tokens
        var (tokens, image) = (tokens, image)
        var pendingUpdate: ColumnUpdate?
        func attendToImage(_ attention: TokenToImageAttention, norm: LayerNorm) {
            let queries = attention.queries(tokens + tokenPosition)
            let attended = Profile.layer(attention.path) {
                image.attended(position: imagePosition, update: pendingUpdate, queries: queries)
            }
            image = attended.columns
            tokens = norm(attention.attended(attended.means, adding: tokens))
        }
        for layer in layers {
            tokens = layer.selfAttended(tokens, position: tokenPosition)
            attendToImage(layer.tokenToImage, norm: layer.norms.tokenToImage)
            tokens = layer.norms.feedForward(layer.feedForward(tokens, adding: tokens))
            pendingUpdate = layer.imageToToken.update(
                keys: tokens + tokenPosition, values: tokens, norm: layer.norms.imageToToken)
        }
        attendToImage(finalAttention, norm: finalNorm)
        return (tokens, image)
    }
}
