public import Tensors

/// A pre-norm transformer block: `x + attention(norm(x))`, then `x + feedForward(norm(x))`.
///
/// Keys: `ln_1.*`, `attn.*`, `ln_2.*`, `mlp.c_fc.*`, `mlp.c_proj.*`. Matches `ResidualAttentionBlock` of open_clip.
public struct TransformerBlock: Sendable {
    public let attentionNorm: LayerNorm
    public let attention: MultiHeadAttention
    public let feedForwardNorm: LayerNorm
    public let feedForward: FeedForward

    public init(
        _ scope: WeightScope, width: Int, heads: Int, hidden: Int, activation: Tensor.Activation,
        epsilon: Float = 1e-5
    ) {
        attentionNorm = LayerNorm(scope.child("ln_1"), width: width, epsilon: epsilon)
        attention = MultiHeadAttention(scope.child("attn"), width: width, heads: heads)
        feedForwardNorm = LayerNorm(scope.child("ln_2"), width: width, epsilon: epsilon)
        feedForward = FeedForward(scope.child("mlp"), width: width, hidden: hidden, activation: activation)
    }

    /// `[batch, tokens, width]` to the same shape.
    public func callAsFunction(_ input: Tensor, mask: AttentionMask = .none) -> Tensor {
        finish(attention(attentionNorm(input), mask: mask, adding: input))
    }

    /// One token of each element of the result, for the last block of a tower that is read off at it: of the others nothing
    /// is computed that it does not need.
    ///
    /// - Parameters:
    ///   - input: `[batch, tokens, width]`.
    ///   - kept: the token of each element, `batch` of them.
    /// - Returns: `[batch, width]`, the same as those of the whole block.
    public func callAsFunction(_ input: Tensor, mask: AttentionMask = .none, keeping kept: [Int]) -> Tensor {
        let gathered = attention.gathered(attentionNorm(input), keeping: kept, mask: mask)
        return finish(attention.output(gathered, adding: input.tokens(kept)))
    }

    /// The block with a second stream beside it, which takes only the attention of values with values.
    ///
    /// - Parameters:
    ///   - input: the ordinary stream, `[batch, tokens, width]`.
    ///   - dense: the second stream, of the same shape. It has no feed-forward part.
    /// - Returns: both streams after the block. The projections of `input` are computed once for both.
    public func callAsFunction(_ input: Tensor, beside dense: Tensor) -> (ordinary: Tensor, dense: Tensor) {
        let packed = attention.projected(attentionNorm(input))
        return (
            finish(attention.attend(packed, adding: input)), attention.attendByValues(packed, adding: dense)
        )
    }

    private func finish(_ attended: Tensor) -> Tensor {
        feedForward(feedForwardNorm(attended), adding: attended)
    }
}
