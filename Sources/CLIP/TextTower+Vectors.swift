import NeuralNetwork
import Tensors

extension TextTower {
    /// Texts as vectors, from vectors of their tokens.
    ///
    /// - Parameters:
    ///   - embedded: `[texts, tokens, width]`, without positions; at most as many tokens as there are positions.
    ///   - ends: for each text the index of its end token, whose vector is the text's.
    ///   - deepPrompts: `[prompts, width]` each. The first replaces the tokens from the second on in front of the second
    ///     block, the next in front of the third, and so on.
    /// - Returns: `[texts, embedding]`, not normalised.
    func encode<Failure>(
        _ embedded: Tensor, ends: [Int], deepPrompts: [Tensor] = [], _ steps: CancellableSteps<Failure>
    ) throws(Failure) -> Tensor {
        var tokens = embedded + positions.slice(0..<embedded.shape[1])
        for (index, block) in blocks.enumerated() {
            if index >= 1 && index <= deepPrompts.count {
                tokens = Self.replacing(in: tokens, by: deepPrompts[index - 1])
            }
            if index + 1 == blocks.count {
                return try steps { projection(block(tokens, mask: .causal, keeping: ends)) }
            }
            tokens = try steps { block(tokens, mask: .causal) }
        }
        return projection(tokens.tokens(ends))
    }

    /// Replaces the tokens from the second on by `rows`, in every text.
    private static func replacing(in tokens: Tensor, by rows: Tensor) -> Tensor {
        let behind = 1 + rows.shape[0]
        return .concatenated(
            [
                tokens.sliced(axis: 1, 0..<1), .stacked(Array(repeating: rows, count: tokens.shape[0])),
                tokens.sliced(axis: 1, behind..<tokens.shape[1]),
            ], axis: 1)
    }
}
