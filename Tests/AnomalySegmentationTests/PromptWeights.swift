import Tensors
import TestSupport

/// Generated prompts beside tokens, which are no weights.
struct PromptWeights: TensorSource {
    private let weights: GeneratedWeights
    private let tokens: Tensor

    /// - Parameter tokens: `[2, context]`, of the normal and of the abnormal text.
    init(_ weights: GeneratedWeights, tokens: Tensor) {
        self.weights = weights
        self.tokens = tokens
    }

    private static let tokenNames = ["pos", "neg"].map { "prompt_learner.tokenized_prompts_\($0)" }

    var names: [String] { weights.names + Self.tokenNames }

    func shape(of name: String) -> Shape? {
        Self.tokenNames.contains(name) ? [1, 1, tokens.shape[1]] : weights.shape(of: name)
    }

    func load(_ name: String) throws -> Tensor {
        guard let index = Self.tokenNames.firstIndex(of: name) else { return try weights.load(name) }
        return tokens.element(index).reshaped(to: [1, 1, tokens.shape[1]])
    }
}
