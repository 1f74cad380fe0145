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

    /// - Parameters:
    ///   - features: `[channels, rows, columns]`.
    ///   - position: `[1, cells, width]`.
    func callAsFunction(features: Tensor, position: Tensor, prompts: EncodedPrompts, masks: MaskCount) -> DecodedMasks {
        let (tokens, image) = transformer(
            tokens: tokens(prompts), image: cells(features, prompts), imagePosition: position)
        let upscaled = upscaling(image)
        let wanted = masks == .single ? 0..<1 : 1..<maskTokens
        let weights = hyperWeights(tokens, wanted)
        let (batch, channels, side) = (upscaled.shape[0], upscaled.shape[1], upscaled.shape[2])
        let logits = weights.matrixProduct(upscaled.reshaped(to: [batch, channels, side * side]))
        let quality = qualityHead(tokens.sliced(axis: 1, 0..<1).squeezed(axis: 1))
        return DecodedMasks(
            logits: logits.reshaped(to: [batch, wanted.count, side, side]),
            predictedIoU: quality.sliced(axis: 1, wanted))
    }

    /// The output tokens and each prompt's own: `[prompts, tokens, width]`.
    func tokens(_ prompts: EncodedPrompts) -> Tensor {
        guard let sparse = prompts.sparse else {
            return Tensor.concatenated(
                [Tensor](repeating: outputTokens, count: prompts.dense.shape[0]), axis: 0)
        }
        let own = Tensor.concatenated([Tensor](repeating: outputTokens, count: sparse.shape[0]), axis: 0)
        return Tensor.concatenated([own, sparse], axis: 1)
    }

    /// The embedding with each prompt's dense part added: `[prompts, cells, width]`.
    func cells(_ features: Tensor, _ prompts: EncodedPrompts) -> Tensor {
        let image = features.reshaped(to: [features.shape[0], -1]).transposed().expanded(axis: 0) + prompts.dense
        let batch = prompts.sparse?.shape[0] ?? image.shape[0]
        return image.shape[0] == batch ? image : Tensor.concatenated([Tensor](repeating: image, count: batch), axis: 0)
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
