import NeuralNetwork
import Tensors

extension MaskDecoder {
    private var width: Int { outputTokens.shape[2] }

    /// What the decoder hands over, with names from the decoder on. Names that are no module are variables of
    /// `predict_masks`.
    func activations(prompts: Int, promptTokens: Int) -> [NamedShape] {
        let (grid, tokens) = (outputUpscaling.grid, 1 + maskTokens + promptTokens)
        return [
            NamedShape("tokens", [prompts, tokens, width]), NamedShape("src", [prompts, width, grid, grid]),
        ]
            + transformer.activations(prompts: prompts, tokens: tokens, imageTokens: grid * grid).under("transformer")
            + outputUpscaling.activations(prompts: prompts).under("output_upscaling")
            + hypernetworks.enumerated().flatMap {
                $1.activations(prompts: prompts).under("output_hypernetworks_mlps.\($0)")
            } + [
                NamedShape("hyper_in", [prompts, maskTokens, width / 8]),
                NamedShape("masks", [prompts, maskTokens, 4 * grid, 4 * grid]),
            ] + iouHead.activations(prompts: prompts).under("iou_prediction_head")
    }

    /// The decoder for observers, step by step as the reference has it, with all masks.
    ///
    /// - Parameters:
    ///   - features: the image embedding, `[channels, rows, columns]`.
    ///   - position: the positional encoding of the image tokens, `[channels, rows, columns]`.
    ///   - sparse: the sparse embeddings, `[prompts, tokens, channels]`; nil without points and boxes.
    ///   - dense: the dense embeddings, `[prompts, channels, rows, columns]`.
    ///   - masks: those that are returned.
    ///   - taps: at the decoder's place.
    func callAsFunction(
        features: Tensor, position: Tensor, sparse: Tensor?, dense: Tensor, masks: MaskCount, taps: ActivationTaps
    ) -> DecodedMasks {
        let (prompts, grid) = (dense.shape[0], outputUpscaling.grid)
        let own = Tensor.concatenated([Tensor](repeating: outputTokens, count: prompts), axis: 0)
        let joined = taps("tokens", sparse.map { Tensor.concatenated([own, $0], axis: 1) } ?? own)
        let source = taps("src", features + dense)
        func imageTokens(_ planes: Tensor) -> Tensor {
            planes.reshaped(to: [planes.shape[0], width, grid * grid]).transposed()
        }
        let (tokens, image) = transformer(
            tokens: joined, image: imageTokens(source),
            imagePosition: imageTokens(position.expanded(axis: 0)).squeezed(axis: 0), taps: taps.child("transformer"))
        let upscaled = outputUpscaling(image, taps: taps.child("output_upscaling"))
        let weights = hypernetworks.enumerated().map { index, network in
            network(
                tokens.sliced(axis: 1, (index + 1)..<(index + 2)).squeezed(axis: 1),
                taps: taps.child("output_hypernetworks_mlps").child(index)
            ).expanded(axis: 1)
        }
        let hyper = taps("hyper_in", Tensor.concatenated(weights, axis: 1))
        let pixels = upscaled.reshaped(to: [prompts, -1, width / 8])
        let logits = taps(
            "masks",
            hyper.matrixProduct(pixels, transposingOther: true)
                .reshaped(to: [prompts, maskTokens, 4 * grid, 4 * grid]))
        let quality = iouHead(
            tokens.sliced(axis: 1, 0..<1).squeezed(axis: 1), taps: taps.child("iou_prediction_head"))
        let wanted = wanted(masks)
        return DecodedMasks(
            logits: logits.sliced(axis: 1, wanted), predictedIoU: quality.sliced(axis: 1, wanted))
    }
}

extension MLP {
    /// What the layers hand over, before the activations between them. The empty name is the result.
    func activations(prompts: Int) -> [NamedShape] {
        let shapes = layers.map { Shape([prompts, $0.weight.shape[0]]) }
        return shapes.enumerated().map { NamedShape("layers.\($0)", $1) } + shapes.suffix(1).map { NamedShape("", $0) }
    }

    /// The layers for observers: `[prompts, in]` to `[prompts, out]`.
    func callAsFunction(_ token: Tensor, taps: ActivationTaps) -> Tensor {
        let result = layers.enumerated().reduce(token) { values, next in
            let (index, layer) = next
            let mapped = taps("layers.\(index)", layer(values))
            return index + 1 < layers.count ? mapped.relu() : mapped
        }
        return taps("", result)
    }
}

extension OutputUpscaling {
    /// What the upscaling hands over, with names from it on. The empty name is its result.
    func activations(prompts: Int) -> [NamedShape] {
        let coarse: Shape = [prompts, norm.weight.count, 2 * grid, 2 * grid]
        let fine: Shape = [prompts, norm.weight.count / 2, 4 * grid, 4 * grid]
        return ["0", "1", "2"].map { NamedShape($0, coarse) } + ["3", "4", ""].map { NamedShape($0, fine) }
    }

    /// The upscaling for observers: `[prompts, image tokens, width]` to `[prompts, 4 * grid, 4 * grid, width / 8]`.
    func callAsFunction(_ image: Tensor, taps: ActivationTaps) -> Tensor {
        func enlarged(_ map: Tensor, _ weight: PanelWeight, _ side: Int) -> Tensor {
            // A transposed convolution of kernel and stride 2: each pixel becomes a square of four.
            map.reshaped(to: [map.shape[0] * side * side, -1]).linear(weight: weight.matrix, bias: weight.bias)
                .reshaped(to: [map.shape[0], side, side, 2, 2, -1]).permuted([0, 1, 3, 2, 4, 5])
                .reshaped(to: [map.shape[0], 2 * side, 2 * side, -1])
        }
        let coarse = taps.planes("1", norm(taps.planes("0", enlarged(image, first, grid))))
        let fine = taps.planes("3", enlarged(taps.planes("2", coarse.gelu()), second, 2 * grid))
        return taps.planes("", taps.planes("4", fine.gelu()))
    }
}
