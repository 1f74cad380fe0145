import NeuralNetwork
import Tensors

extension TextTower {
    /// Texts as vectors, from vectors of their tokens.
    ///
    /// - Parameters:
    ///   - embedded: `[texts, tokens, width]`, without positions; at most as many tokens as there are positions.
    ///   - ends: for each text the token that it is read off at.
    ///   - deepPrompts: `[prompts, width]` each. Before the block behind the first, the tokens from the second on are
    ///     replaced by the rows of the first; before the next block by the rows of the second, and so on.
    /// - Returns: `[texts, embedding]`, not normalised.
    func encode(_ embedded: Tensor, ends: [Int], deepPrompts: [Tensor] = []) -> Tensor {
        var tokens = embedded + positions.slice(0..<embedded.shape[1])
        for (index, block) in blocks.enumerated() {
            if index >= 1 && index <= deepPrompts.count {
                tokens = Self.replacing(in: tokens, by: deepPrompts[index - 1])
            }
            if index + 1 == blocks.count {
                return projection(block(tokens, mask: .causal, keeping: ends))
            }
            tokens = block(tokens, mask: .causal)
        }
        return projection(tokens.tokens(ends))
    }

    /// The tokens behind the first replaced by `rows`, in every text.
    private static func replacing(in tokens: Tensor, by rows: Tensor) -> Tensor {
        let behind = 1 + rows.shape[0]
        return .concatenated(
            [
                tokens.sliced(axis: 1, 0..<1), .stacked(Array(repeating: rows, count: tokens.shape[0])),
                tokens.sliced(axis: 1, behind..<tokens.shape[1]),
            ], axis: 1)
    }
}
