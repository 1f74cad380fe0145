import NeuralNetwork
import Tensors

extension PromptEncoder {
    /// Image tokens along a side, and their channels.
    private var imageTokens: (side: Int, width: Int) {
        (Int(Double(densePosition.columns).squareRoot()), densePosition.rows)
    }

    /// What the encoder hands over for prompts of this kind, with names from the encoder on.
    ///
    /// - Parameters:
    ///   - prompts: how many.
    ///   - tokens: of each, with the padding point.
    ///   - hasMasks: whether there are mask prompts.
    func activations(prompts: Int, tokens: Int, hasMasks: Bool) -> [NamedShape] {
        let (grid, width) = imageTokens
        let dense: Shape = [prompts, width, grid, grid]
        return [NamedShape("pe_layer", [width, grid, grid])]
            + (tokens == 0 ? [] : [NamedShape("sparse_embeddings", [prompts, tokens, width])])
            + (hasMasks ? maskDownscaling.activations(prompts: prompts, grid: grid).under("mask_downscaling") : [])
            + [NamedShape("dense_embeddings", dense)]
    }

    /// How many tokens the sparse embedding of a prompt has: its points and corners, and the padding point that follows
    /// points without a box.
    static func sparseTokens(points: Int, hasBox: Bool) -> Int {
        hasBox ? points + 2 : points == 0 ? 0 : points + 1
    }

    /// The encoder for observers.
    ///
    /// - Returns: the sparse embeddings, nil without points and boxes; the dense ones, `[prompts, width, rows, columns]`;
    ///   and the positional encoding of the image tokens, `[width, rows, columns]`.
    func callAsFunction(
        _ prompts: [ModelPrompt], taps: ActivationTaps
    ) -> (sparse: Tensor?, dense: Tensor, position: Tensor) {
        let encoded = self(prompts)
        let (grid, width) = imageTokens
        let position = taps("pe_layer", densePosition.matrices.reshaped(to: [width, grid, grid]))
        let sparse = encoded.sparse.map { taps("sparse_embeddings", $0) }
        let dense =
            switch encoded.dense {
            case .noMask(let everywhere):
                Tensor(zeros: [prompts.count, width, grid, grid]) + everywhere.reshaped(to: [width, 1, 1])
            case .masks(let logits, let downscaling): downscaling(logits, taps: taps.child("mask_downscaling"))
            }
        return (sparse, taps("dense_embeddings", dense), position)
    }
}

extension MaskDownscaling {
    /// What the layers hand over, by their numbers. The empty name is the result.
    func activations(prompts: Int, grid: Int) -> [NamedShape] {
        func planes(_ channels: Int, _ side: Int) -> Shape { [prompts, channels, side, side] }
        let fine = planes(firstNorm.weight.count, 2 * grid)
        let coarse = planes(secondNorm.weight.count, grid)
        let result = planes(last.matrix.shape[0], grid)
        return ["0", "1", "2"].map { NamedShape($0, fine) } + ["3", "4", "5"].map { NamedShape($0, coarse) }
            + ["6", ""].map { NamedShape($0, result) }
    }

    /// The layers for observers: `[prompts, height, width]` to `[prompts, channels, height / 4, width / 4]`.
    func callAsFunction(_ logits: Tensor, taps: ActivationTaps) -> Tensor {
        func shrunk(_ map: Tensor, _ weight: PanelWeight, kernel: Int) -> Tensor {
            let (prompts, side) = (map.shape[0], map.shape[1] / kernel)
            return map.reshaped(to: [prompts, side, kernel, side, kernel, -1]).permuted([0, 1, 3, 2, 4, 5])
                .reshaped(to: [prompts, side, side, -1]).linear(weight: weight.matrix, bias: weight.bias)
        }
        let fine = taps.planes("1", firstNorm(taps.planes("0", shrunk(logits.expanded(axis: 3), first, kernel: 2))))
        let activated = taps.planes("2", fine.gelu())
        let coarse = taps.planes("4", secondNorm(taps.planes("3", shrunk(activated, second, kernel: 2))))
        let result = taps.planes("6", shrunk(taps.planes("5", coarse.gelu()), last, kernel: 1))
        return taps("", result.permuted([0, 3, 1, 2]))
    }
}
