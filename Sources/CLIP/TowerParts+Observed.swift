import NeuralNetwork
import Tensors

extension TokenProjection {
    /// What a tower hands over from its first block to its end, with names from the tower on.
    func activations(behind blocks: [TransformerBlock], batch: Int, tokens: Int) -> [NamedShape] {
        let stream: Shape = [batch, tokens, matrix.shape[0]]
        return blocks.enumerated().flatMap { index, block in
            block.activations(batch: batch, tokens: tokens).under(Self.path(of: index))
        } + [
            NamedShape("transformer", stream), NamedShape(names.norm, stream),
            NamedShape(names.matrix, [batch, matrix.shape[1]]),
        ]
    }

    /// A tower from its first block to its end, for observers.
    ///
    /// - Parameters:
    ///   - tokens: that enter the first block, `[batch, tokens, width]`.
    ///   - blocks: of the tower.
    ///   - mask: which tokens a token attends to.
    ///   - kept: the token of each element that becomes its vector. Of the last block it alone is computed, unless that
    ///     block or what follows is asked for.
    ///   - taps: at the tower's place.
    /// - Returns: `[batch, embedding]`, not normalised.
    func vectors(
        _ tokens: Tensor, through blocks: [TransformerBlock], mask: AttentionMask = .none, keeping kept: [Int],
        taps: ActivationTaps
    ) -> Tensor {
        var tokens = tokens
        for (index, block) in blocks.dropLast().enumerated() {
            tokens = block(tokens, mask: mask, taps: taps.child(Self.path(of: index)))
        }
        let lastPath = Self.path(of: blocks.count - 1)
        let normalized: Tensor
        if [lastPath, "transformer", names.norm].contains(where: taps.asks) || taps.asksBelow(lastPath) {
            if let last = blocks.last { tokens = last(tokens, mask: mask, taps: taps.child(lastPath)) }
            normalized = taps(names.norm, norm(taps("transformer", tokens))).tokens(kept)
        } else {
            normalized = norm(blocks.last.map { $0(tokens, mask: mask, keeping: kept) } ?? tokens.tokens(kept))
        }
        return taps(names.matrix, normalized.matrixProduct(matrix))
    }

    private static func path(of block: Int) -> String { "transformer.resblocks.\(block)" }
}
