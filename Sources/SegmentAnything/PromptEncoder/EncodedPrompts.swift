import NeuralNetwork
import Tensors

/// A prompt in the model's own frame, ready to be encoded.
struct ModelPrompt: Sendable {
    var points: [(position: ModelPoint, label: PromptPoint.Label)] = []
    var box: (topLeft: ModelPoint, bottomRight: ModelPoint)?
    /// `[height, width]` at the low resolution.
    var maskLogits: Tensor?
}

/// The dense prompt embedding, which is added to the image embedding.
enum DenseEmbedding: Sendable {
    /// `no_mask_embed`, `[width]`: without mask prompts, every image token of every prompt gets the same.
    case noMask(Tensor)
    /// The mask prompts, `[prompts, height, width]` at the low resolution, and the layers that embed them.
    case masks(Tensor, MaskDownscaling)

    /// The image embedding with this one added: a matrix `[width, image tokens]` for each prompt, or one for all prompts.
    ///
    /// - Parameter features: the image embedding, `[width, image tokens]`.
    func added(to features: Tensor) -> ColumnPanels {
        switch self {
        case .noMask(let embedding): ColumnPanels(features.expanded(axis: 0), adding: embedding)
        case .masks(let logits, let downscaling):
            Profile.layer(downscaling.path) { downscaling(logits, addingTo: features) }
        }
    }
}

/// Prompts as the mask decoder takes them.
struct EncodedPrompts: Sendable {
    /// How many prompts.
    var count: Int
    /// The sparse prompt embeddings, `[prompts, tokens, width]`; nil when the prompts have neither points nor boxes.
    var sparse: Tensor?
    var dense: DenseEmbedding

    /// Some of the prompts.
    func slice(_ range: Range<Int>) -> EncodedPrompts {
        var dense = dense
        if case .masks(let logits, let downscaling) = dense { dense = .masks(logits.slice(range), downscaling) }
        return EncodedPrompts(count: range.count, sparse: sparse?.slice(range), dense: dense)
    }
}
