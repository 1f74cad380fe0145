import NeuralNetwork
import Tensors

/// What the decoder answers to a batch of prompts.
struct DecodedMasks: Sendable {
    /// `[prompts, masks, height, width]`, logits at the low resolution.
    var logits: Tensor
    /// `[prompts, masks]`.
    var predictedIoU: Tensor
}

/// From embedding and prompts to masks.
///
/// Matches `MaskDecoder` of segment_anything, but computes only the masks that are asked for.
struct MaskDecoder: Sendable {
    let maskTokens: Int
    /// The IoU token, then the mask tokens: `[1, 1 + maskTokens, width]`.
    let outputTokens: Tensor
    let transformer: TwoWayTransformer
    let upscaling: MaskUpscaling
    let hyperNetworks: [HyperNetwork]
    let qualityHead: HyperNetwork

    init(_ weights: WeightScope, configuration: SAMConfiguration) {
        let width = configuration.promptWidth
        maskTokens = configuration.maskTokens
        transformer = TwoWayTransformer(weights.child("transformer"), configuration: configuration)
        outputTokens = Tensor.concatenated(
            [
                weights.child("iou_token").tensor("weight", shape: [1, width]),
                weights.child("mask_tokens").tensor("weight", shape: [configuration.maskTokens, width]),
            ], axis: 0
        ).expanded(axis: 0)
        upscaling = MaskUpscaling(weights.child("output_upscaling"), configuration: configuration)
        hyperNetworks = (0..<configuration.maskTokens).map { index in
            HyperNetwork(
                weights.child("output_hypernetworks_mlps").child(index), widths: [width, width, width, width / 8])
        }
        let hidden = configuration.qualityHiddenWidth
        qualityHead = HyperNetwork(
            weights.child("iou_prediction_head"), widths: [width, hidden, hidden, configuration.maskTokens])
    }

    /// Prompts that are decoded together. Their tokens fill the products' tiles, and the cells of all of them, 4 MB a
    /// prompt in the published models, are not in memory at once.
    private static let promptsAtOnce = 8

    /// - Parameters:
    ///   - features: `[channels, rows, columns]`.
    ///   - position: of the cells, one matrix `[width, cells]`.
    func callAsFunction(
        features: Tensor, position: ColumnPanels, prompts: EncodedPrompts, masks: MaskCount
    ) -> DecodedMasks {
        let features = features.reshaped(to: [features.shape[0], -1])
        // The same picture for all prompts, where none brings a mask.
        var shared: ColumnPanels?
        if case .uniform = prompts.dense { shared = prompts.dense.added(to: features) }
        let groups = stride(from: 0, to: prompts.count, by: Self.promptsAtOnce).map { first in
            let group = prompts.slice(first..<min(prompts.count, first + Self.promptsAtOnce))
            return decoded(group, shared ?? group.dense.added(to: features), position, masks)
        }
        if groups.count == 1 { return groups[0] }
        return DecodedMasks(
            logits: Tensor.concatenated(groups.map(\.logits), axis: 0),
            predictedIoU: Tensor.concatenated(groups.map(\.predictedIoU), axis: 0))
    }

    private func decoded(
        _ prompts: EncodedPrompts, _ image: ColumnPanels, _ position: ColumnPanels, _ masks: MaskCount
    ) -> DecodedMasks {
        let (tokens, cells) = transformer(tokens: tokens(prompts), image: image, imagePosition: position)
        let wanted = masks == .single ? 0..<1 : 1..<maskTokens
        let quality = qualityHead(tokens.sliced(axis: 1, 0..<1).squeezed(axis: 1))
        return DecodedMasks(
            logits: upscaling(cells, weights: hyperWeights(tokens, wanted)),
            predictedIoU: quality.sliced(axis: 1, wanted))
    }

    /// The output tokens and each prompt's own: `[prompts, tokens, width]`.
    func tokens(_ prompts: EncodedPrompts) -> Tensor {
        let own = Tensor.concatenated([Tensor](repeating: outputTokens, count: prompts.count), axis: 0)
        return prompts.sparse.map { Tensor.concatenated([own, $0], axis: 1) } ?? own
    }

    /// Each wanted mask's weights of the upscaled channels: `[prompts, masks, width / 8]`.
    func hyperWeights(_ tokens: Tensor, _ wanted: Range<Int>) -> Tensor {
        Tensor.concatenated(
            wanted.map { index in
                // The first token predicts IoUs.
                hyperNetworks[index](tokens.sliced(axis: 1, (index + 1)..<(index + 2)))
            }, axis: 1)
    }
}
