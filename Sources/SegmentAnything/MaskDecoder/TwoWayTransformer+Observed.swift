import NeuralNetwork
import Tensors

extension TwoWayTransformer {
    private var inner: Int { finalAttention.output.weight.shape[1] }
    private var width: Int { finalNorm.weight.count }

    /// What the transformer hands over, with names from the transformer on.
    func activations(prompts: Int, tokens: Int, imageTokens: Int) -> [NamedShape] {
        let stream: Shape = [prompts, tokens, width]
        let heads = finalAttention.key.matrices.shape[0]
        func cross(queries: Int, keys: Int) -> [NamedShape] {
            DecoderAttention.activations(
                prompts: prompts, queries: queries, keys: keys, heads: heads, inner: inner, width: width)
        }
        func norm(_ name: String, _ shape: Shape) -> [NamedShape] {
            [NamedShape("\(name).input", shape), NamedShape(name, shape)]
        }
        let toImage = cross(queries: tokens, keys: imageTokens)
        return layers.enumerated().flatMap { index, layer in
            let parts =
                DecoderAttention.activations(
                    prompts: prompts, queries: tokens, keys: tokens, heads: heads, inner: width, width: width
                ).under("self_attn") + norm("norm1", stream)
                + toImage.under("cross_attn_token_to_image") + norm("norm2", stream)
                + layer.feedForward.activations(
                    hidden: [prompts, tokens, layer.feedForward.first.weight.shape[0]], output: stream
                ).under("mlp") + norm("norm3", stream)
                + cross(queries: imageTokens, keys: tokens).under("cross_attn_image_to_token")
                + norm("norm4", [prompts, imageTokens, width])
            return parts.under("layers.\(index)")
        } + toImage.under("final_attn_token_to_image") + norm("norm_final_attn", stream)
    }

    /// The transformer for observers, step by step as the reference has it.
    ///
    /// - Parameters:
    ///   - tokens: `[prompts, tokens, width]`.
    ///   - image: the image tokens of each prompt, `[prompts, image tokens, width]`.
    ///   - imagePosition: the positional encoding of the image tokens, `[image tokens, width]`.
    ///   - taps: at the transformer's place.
    /// - Returns: both, transformed.
    func callAsFunction(
        tokens: Tensor, image: Tensor, imagePosition: Tensor, taps: ActivationTaps
    ) -> (tokens: Tensor, image: Tensor) {
        let position = tokens
        var (tokens, image) = (tokens, image)
        for (index, layer) in layers.enumerated() {
            let taps = taps.child("layers").child(index)
            func normalized(_ name: String, _ norm: LayerNorm, _ sum: Tensor) -> Tensor {
                taps(name, norm(taps("\(name).input", sum)))
            }
            let placed = layer.isFirst ? tokens : tokens + position
            let attended = layer.selfAttention.observed(
                queries: placed, keys: placed, values: tokens, taps: taps.child("self_attn"))
            tokens = normalized(
                "norm1", layer.norms.selfAttention, layer.isFirst ? attended : tokens + attended)
            let ofImage = layer.tokenToImage.observed(
                queries: tokens + position, keys: image + imagePosition, values: image,
                taps: taps.child("cross_attn_token_to_image"))
            tokens = normalized("norm2", layer.norms.tokenToImage, tokens + ofImage)
            tokens = normalized(
                "norm3", layer.norms.feedForward, tokens + layer.feedForward(tokens, taps: taps.child("mlp")))
            let ofTokens = layer.imageToToken.observed(
                queries: image + imagePosition, keys: tokens + position, values: tokens,
                taps: taps.child("cross_attn_image_to_token"))
            image = normalized("norm4", layer.norms.imageToToken, image + ofTokens)
        }
        let attended = finalAttention.observed(
            queries: tokens + position, keys: image + imagePosition, values: image,
            taps: taps.child("final_attn_token_to_image"))
        let sum = taps("norm_final_attn.input", tokens + attended)
        return (taps("norm_final_attn", finalNorm(sum)), image)
    }
}
