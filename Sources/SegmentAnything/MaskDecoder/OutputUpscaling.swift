import NeuralNetwork
import Tensors

/// Enlarges the image tokens four times to the low resolution, and makes each mask a weighted sum of their channels.
///
/// Both transposed convolutions have a kernel of 2 and a stride of 2, so each turns one pixel into four and reads no
/// neighbour. An image token therefore becomes its 16 pixels on its own, and one pass over the image tokens does both
/// convolutions and the sum. The reference makes a map of all channels at the low resolution in between.
///
/// Matches `output_upscaling` of segment_anything's mask decoder and the product with the output of the hypernetworks.
struct OutputUpscaling: Sendable {
    let grid: Int
    /// `output_upscaling.0` and `.3`, each as one matrix: its results are the channels of the first of the four pixels
    /// (`width / 4` and `width / 8`), then those of the second, and so on.
    let first, second: PanelWeight
    let norm: LayerNorm
    /// The layers' name among the weights.
    let path: String

    init(_ weights: WeightScope, configuration: SAMConfiguration) {
        let width = configuration.promptWidth
        grid = configuration.grid
        path = weights.path
        first = Self.matrix(weights.child(0), in: width, out: width / 4)
        norm = LayerNorm(weights.child(1), width: width / 4, epsilon: 1e-6)
        second = Self.matrix(weights.child(3), in: width / 4, out: width / 8)
    }

    /// A transposed convolution of kernel and stride 2 as one matrix from a pixel to four.
    private static func matrix(_ weights: WeightScope, in input: Int, out output: Int) -> PanelWeight {
        let weight = weights.tensor("weight", shape: [input, output, 2, 2])
        let bias = weights.tensor("bias", shape: [output])
        return PanelWeight(
            weight.permuted([2, 3, 1, 0]).reshaped(to: [4 * output, input]),
            bias: Tensor.concatenated([Tensor](repeating: bias, count: 4), axis: 0))
    }

    /// - Parameters:
    ///   - image: a matrix `[width, image tokens]` for each prompt.
    ///   - channelWeights: from the hypernetworks, `[prompts, masks, width / 8]`.
    /// - Returns: `[prompts, masks, 4 * grid, 4 * grid]`.
    func callAsFunction(_ image: ColumnPanels, channelWeights weights: Tensor) -> Tensor {
        let masks = (0..<weights.shape[0]).map { PanelWeight(weights.element($0)) }
        let middle = norm.weight.count
        let channels = weights.shape[2]
        let count = weights.shape[1]
        let products = first.multiplyAdds + 4 * second.multiplyAdds + 16 * count * channels
        return image.unfolded(
            gridWidth: grid, factor: 4, planes: count, scratchRows: 4 * middle + 4 * channels, cellProducts: products
        ) { prompt, tokens, scratch, pixels in
            let coarse = scratch[0..<4 * middle]
            let fine = scratch[4 * middle..<scratch.rows]
            coarse.formProduct(first, tokens)
            for quarter in 0..<4 {
                coarse[quarter * middle..<(quarter + 1) * middle].normalize(
                    weight: norm.weight, bias: norm.bias, epsilon: norm.epsilon)
            }
            coarse.applyGELU()
            for quarter in 0..<4 {
                fine.formProduct(second, coarse[quarter * middle..<(quarter + 1) * middle])
                fine.applyGELU()
                for pixel in 0..<4 {
                    // The image token's square has four lines of four pixels.
                    let (line, column) = (quarter / 2 * 2 + pixel / 2, quarter % 2 * 2 + pixel % 2)
                    let place = line * 4 + column
                    pixels[place..<place + (count - 1) * 16 + 1].formProduct(
                        masks[prompt], fine[pixel * channels..<(pixel + 1) * channels], step: 16)
                }
            }
        }
    }
}
