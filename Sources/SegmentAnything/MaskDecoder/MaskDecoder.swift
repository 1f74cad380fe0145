import NeuralNetwork
import Tensors

/// The masks of several prompts.
struct DecodedMasks: Sendable {
    /// `[prompts, masks, height, width]`, logits at the low resolution.
    var logits: Tensor
    /// `[prompts, masks]`.
    var predictedIoU: Tensor

    /// Whether all of it is finite numbers.
    var isFinite: Bool { logits.isFinite && predictedIoU.isFinite }
}

/// From image embedding and prompts to masks.
///
/// Matches `MaskDecoder` of segment_anything, which computes all masks and returns some of them. Here only those that are
/// returned are computed.
struct MaskDecoder: Sendable {
    /// One for each mask token.
    let hypernetworks: [MLP]
    let maskTokens: Int
    /// The IoU token, then the mask tokens: `[1, 1 + maskTokens, width]`.
    let outputTokens: Tensor
    let transformer: TwoWayTransformer
    let outputUpscaling: OutputUpscaling
    let iouHead: MLP
    /// The decoder's name among the weights.
    let path: String

    init(_ weights: WeightScope, configuration: SAMConfiguration) {
        let width = configuration.promptWidth
        path = weights.path
        maskTokens = configuration.maskTokens
        transformer = TwoWayTransformer(weights.child("transformer"), configuration: configuration)
        outputTokens = Tensor.concatenated(
            [
                weights.child("iou_token").tensor("weight", shape: [1, width]),
                weights.child("mask_tokens").tensor("weight", shape: [configuration.maskTokens, width]),
            ], axis: 0
        ).expanded(axis: 0)
        outputUpscaling = OutputUpscaling(weights.child("output_upscaling"), configuration: configuration)
        hypernetworks = (0..<configuration.maskTokens).map { index in
            MLP(weights.child("output_hypernetworks_mlps").child(index), widths: [width, width, width, width / 8])
        }
        let hidden = configuration.iouHeadHiddenWidth
        iouHead = MLP(weights.child("iou_prediction_head"), widths: [width, hidden, hidden, configuration.maskTokens])
    }

    /// Prompts that are decoded together. More would fill the memory: each needs image tokens of its own, 4 MB in the
    /// published models. Fewer would be slower, because matrix products are fastest with many tokens.
    private static let promptsAtOnce = 8

    /// - Parameters:
    ///   - features: the image embedding, `[channels, rows, columns]`.
    ///   - position: the positional encoding of the image tokens, one matrix `[width, image tokens]`.
    func callAsFunction<Failure>(
        features: Tensor, position: ColumnPanels, prompts: EncodedPrompts, masks: MaskCount,
        _ steps: CancellableSteps<Failure>
    ) throws(Failure) -> DecodedMasks {
        let features = features.reshaped(to: [features.shape[0], -1])
        // Without mask prompts the image tokens are the same for all prompts.
        var shared: ColumnPanels?
        if case .noMask = prompts.dense { shared = prompts.dense.added(to: features) }
        var groups: [DecodedMasks] = []
        for first in stride(from: 0, to: prompts.count, by: Self.promptsAtOnce) {
            let group = prompts.slice(first..<min(prompts.count, first + Self.promptsAtOnce))
            groups.append(
                try steps { decoded(group, shared ?? group.dense.added(to: features), position, masks) })
        }
        if groups.count == 1 { return groups[0] }
        return DecodedMasks(
            logits: Tensor.concatenated(groups.map(\.logits), axis: 0),
            predictedIoU: Tensor.concatenated(groups.map(\.predictedIoU), axis: 0))
    }

    private func decoded(
        _ prompts: EncodedPrompts, _ image: ColumnPanels, _ position: ColumnPanels, _ masks: MaskCount
    ) -> DecodedMasks {
        let placed = tokens(prompts)
        let (tokens, image) = Profile.layer(transformer.path) {
            transformer(tokens: placed, image: image, imagePosition: position)
        }
        let wanted = wanted(masks)
        let predictedIoU = iouHead(tokens.sliced(axis: 1, 0..<1).squeezed(axis: 1))
        let weights = channelWeights(tokens, wanted)
        return DecodedMasks(
            logits: Profile.layer(outputUpscaling.path) { outputUpscaling(image, channelWeights: weights) },
            predictedIoU: predictedIoU.sliced(axis: 1, wanted))
    }

    /// The masks that are returned of all.
    func wanted(_ masks: MaskCount) -> Range<Int> { masks == .single ? 0..<1 : 1..<maskTokens }

    /// The output tokens, then each prompt's sparse embeddings: `[prompts, tokens, width]`.
    func tokens(_ prompts: EncodedPrompts) -> Tensor {
        let own = Tensor.concatenated([Tensor](repeating: outputTokens, count: prompts.count), axis: 0)
        return prompts.sparse.map { Tensor.concatenated([own, $0], axis: 1) } ?? own
    }

    /// What the hypernetworks make of the mask tokens: each wanted mask's weights of the upscaled channels,
    /// `[prompts, masks, width / 8]`.
    func channelWeights(_ tokens: Tensor, _ wanted: Range<Int>) -> Tensor {
        Tensor.concatenated(
            wanted.map { index in
                // The mask tokens stand behind the IoU token.
                hypernetworks[index](tokens.sliced(axis: 1, (index + 1)..<(index + 2)))
            }, axis: 1)
    }
}
