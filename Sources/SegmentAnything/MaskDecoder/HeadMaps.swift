import Tensors

/// A linear map for each head, between the channels of the head and those of the tokens.
struct HeadMaps: Sendable {
    /// `[heads, in, out]`.
    let matrices: Tensor

    private var heads: Int { matrices.shape[0] }

    /// Each head's part of every token through the head's map.
    ///
    /// `[prompts, tokens, heads * in]` to `[prompts, heads * tokens, out]`, a head's tokens side by side.
    func spread(_ values: Tensor) -> Tensor {
        let (prompts, tokens) = (values.shape[0], values.shape[1])
        let parts = values.reshaped(to: [prompts * tokens, heads, matrices.shape[1]]).permuted([1, 0, 2])
        let mapped = parts.matrixProduct(matrices)
        return prompts == 1
            ? mapped.reshaped(to: [1, heads * tokens, -1])
            : mapped.reshaped(to: [heads, prompts, tokens, -1]).permuted([1, 0, 2, 3])
                .reshaped(to: [prompts, heads * tokens, -1])
    }

    /// What each head has of every token through the head's map, the heads side by side.
    ///
    /// `[prompts, heads * tokens, in]` to `[prompts, tokens, heads * out]`.
    func gathered(_ values: Tensor) -> Tensor {
        let (prompts, tokens) = (values.shape[0], values.shape[1] / heads)
        let parts =
            prompts == 1
            ? values.reshaped(to: [heads, tokens, -1])
            : values.reshaped(to: [prompts, heads, tokens, -1]).permuted([1, 0, 2, 3])
                .reshaped(to: [heads, prompts * tokens, -1])
        return parts.matrixProduct(matrices).permuted([1, 0, 2]).reshaped(to: [prompts, tokens, -1])
    }
}
