import NeuralNetwork
import Tensors

/// Embeds mask logits: four times smaller, with as many channels as the image embedding.
///
/// Both strided convolutions have a kernel of 2 and a stride of 2, so what an image token gets depends only on its own
/// square of 4 x 4 logits. One pass therefore does all layers for some image tokens after others.
///
/// Matches `mask_downscaling` of segment_anything's prompt encoder.
struct MaskDownscaling: Sendable {
    let first, second, last: PanelWeight
    let firstNorm, secondNorm: LayerNorm
    /// The layers' name among the weights.
    let path: String

    init(_ weights: WeightScope, configuration: SAMConfiguration) {
        path = weights.path
        let channels = configuration.maskChannels
        let width = configuration.promptWidth
        func weight(_ index: Int, _ input: Int, _ output: Int, kernel: Int) -> PanelWeight {
            let scope = weights.child(index)
            let matrix = scope.tensor("weight", shape: [output, input, kernel, kernel]).permuted([0, 2, 3, 1])
            return PanelWeight(
                matrix.reshaped(to: [output, kernel * kernel * input]), bias: scope.tensor("bias", shape: [output]))
        }
        first = weight(0, 1, channels / 4, kernel: 2)
        firstNorm = LayerNorm(weights.child(1), width: channels / 4, epsilon: 1e-6)
        second = weight(3, channels / 4, channels, kernel: 2)
        secondNorm = LayerNorm(weights.child(4), width: channels, epsilon: 1e-6)
        last = weight(6, channels, width, kernel: 1)
    }

    /// - Parameters:
    ///   - logits: `[prompts, height, width]` at the low resolution.
    ///   - features: the image embedding, `[width, image tokens]`, to which the embedded masks are added.
    /// - Returns: a matrix `[width, image tokens]` for each prompt.
    func callAsFunction(_ logits: Tensor, addingTo features: Tensor) -> ColumnPanels {
        let channels = secondNorm.weight.count
        let part = channels / 4
        return ColumnPanels(
            folding: logits, factor: 4, addingTo: features, scratchRows: 4 + 2 * channels,
            cellProducts: 4 * first.multiplyAdds + second.multiplyAdds + last.multiplyAdds
        ) { pixels, scratch, tokens in
            let square = scratch[0..<4]
            let fine = scratch[4..<4 + channels]
            let coarse = scratch[4 + channels..<4 + 2 * channels]
            for quarter in 0..<4 {
                // A quarter of the square of 4 x 4 logits: two pixels of one line and two of the next.
                let corner = quarter / 2 * 8 + quarter % 2 * 2
                square[0..<2].copy(pixels[corner..<corner + 2])
                square[2..<4].copy(pixels[corner + 4..<corner + 6])
                let quarterChannels = fine[quarter * part..<(quarter + 1) * part]
                quarterChannels.formProduct(first, square)
                quarterChannels.normalize(weight: firstNorm.weight, bias: firstNorm.bias, epsilon: firstNorm.epsilon)
            }
            fine.applyGELU()
            coarse.formProduct(second, fine)
            coarse.normalize(weight: secondNorm.weight, bias: secondNorm.bias, epsilon: secondNorm.epsilon)
            coarse.applyGELU()
            tokens.formProduct(last, coarse)
        }
    }
}
