import Tensors

/// A matrix for each attention head.
struct HeadProjection: Sendable {
    /// `[heads, in, out]`.
    let matrices: Tensor

    private var heads: Int { matrices.shape[0] }

    /// Splits every token into its heads and multiplies each part by the head's matrix.
    ///
    /// `[prompts, tokens, heads * in]` to `[prompts, heads * tokens, out]`: all tokens of the first head, then all of the
    /// second, and so on.
    func projectedByHead(_ values: Tensor) -> Tensor {
        let (prompts, tokens) = (values.shape[0], values.shape[1])
        let parts = values.reshaped(to: [prompts * tokens, heads, matrices.shape[1]]).permuted([1, 0, 2])
        let projected = parts.matrixProduct(matrices)
        return prompts == 1
            ? projected.reshaped(to: [1, heads * tokens, -1])
            : projected.reshaped(to: [heads, prompts, tokens, -1]).permuted([1, 0, 2, 3])
                .reshaped(to: [prompts, heads * tokens, -1])
    }

    /// Multiplies what each head has for every token by the head's matrix, and joins the heads again.
    ///
    /// `[prompts, heads * tokens, in]`, in the order of ``projectedByHead(_:)``, to `[prompts, tokens, heads * out]`.
    func joinedHeads(_ values: Tensor) -> Tensor {
        let (prompts, tokens) = (values.shape[0], values.shape[1] / heads)
        let parts =
            prompts == 1
            ? values.reshaped(to: [heads, tokens, -1])
            : values.reshaped(to: [prompts, heads, tokens, -1]).permuted([1, 0, 2, 3])
                .reshaped(to: [heads, prompts * tokens, -1])
        return parts.matrixProduct(matrices).permuted([1, 0, 2]).reshaped(to: [prompts, tokens, -1])
    }
}
