public import Tensors

/// A pre-norm transformer block: `x + attention(norm(x))`, then `x + feedForward(norm(x))`.
///
/// Keys: `ln_1.*`, `attn.*`, `ln_2.*`, `mlp.c_fc.*`, `mlp.c_proj.*`. Matches `ResidualAttentionBlock` of open_clip.
public struct TransformerBlock: Sendable {
    package let attentionNorm: LayerNorm
    package let attention: MultiHeadAttention
    package let feedForwardNorm: LayerNorm
    package let feedForward: FeedForward
    /// The block's name among the weights.
    package let path: String

    /// Reads a block of `heads` heads whose feed-forward part is `hidden` wide; `epsilon` is that of both norms.
    public init(
        _ scope: WeightScope, width: Int, heads: Int, hidden: Int, activation: Tensor.Activation,
        epsilon: Float = 1e-5
    ) {
        path = scope.path
        attentionNorm = LayerNorm(scope.child("ln_1"), width: width, epsilon: epsilon)
        attention = MultiHeadAttention(scope.child("attn"), width: width, heads: heads)
        feedForwardNorm = LayerNorm(scope.child("ln_2"), width: width, epsilon: epsilon)
        feedForward = FeedForward(scope.child("mlp"), width: width, hidden: hidden, activation: activation)
    }

    /// `[batch, tokens, width]` to the same shape.
    public func callAsFunction(_ input: Tensor, mask: AttentionMask = .none) -> Tensor {
        Profile.layer(path) { finish(attention(attentionNorm(input), mask: mask, adding: input)) }
    }

    /// The block's result at one token of each element.
    ///
    /// For the last block of a tower of which only one token is used. The attention still needs the keys and values of all
    /// tokens. Everything else, the feed-forward part included, is computed for the chosen token alone.
    ///
    /// - Parameters:
    ///   - input: `[batch, tokens, width]`.
    ///   - mask: which keys a query sees.
    ///   - kept: the token of each element, `batch` of them.
    /// - Returns: `[batch, width]`, the same as those of the whole block.
    public func callAsFunction(_ input: Tensor, mask: AttentionMask = .none, keeping kept: [Int]) -> Tensor {
        Profile.layer(path) {
            let gathered = attention.gathered(attentionNorm(input), keeping: kept, mask: mask)
            return finish(attention.output(gathered, adding: input.tokens(kept)))
        }
    }

    /// The block with a second residual stream beside the first one. The second stream takes the attention of values with
    /// values (``MultiHeadAttention/attendByValues(_:adding:)``) and has no feed-forward part.
    ///
    /// - Parameters:
    ///   - input: the ordinary stream, `[batch, tokens, width]`.
    ///   - dense: the second stream, of the same shape.
    /// - Returns: both streams after the block. The projections of `input` are computed once for both.
    public func callAsFunction(_ input: Tensor, beside dense: Tensor) -> (ordinary: Tensor, dense: Tensor) {
        Profile.layer(path) {
            let packed = attention.projected(attentionNorm(input))
            return (finish(attention.attend(packed, adding: input)), attention.attendByValues(packed, adding: dense))
        }
    }

    private func finish(_ attended: Tensor) -> Tensor {
        feedForward(feedForwardNorm(attended), adding: attended)
    }
}
