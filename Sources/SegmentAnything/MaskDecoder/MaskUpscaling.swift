import NeuralNetwork
import Tensors

/// Brings the transformed picture from the embedding's grid to the low resolution, four times finer, and weighs its
/// channels for each mask.
///
/// Both transposed convolutions have kernels as large as their strides: each makes four pixels of one and sees nothing
/// else, so a cell becomes its 16 pixels without its neighbours.
///
/// Matches `output_upscaling` of segment_anything's mask decoder and the product with the hypernetworks' weights.
struct MaskUpscaling: Sendable {
    let grid: Int
    /// `width / 4` channels of the four pixels, one pixel after the other.
    let first: PanelWeight
    let norm: LayerNorm
    /// `width / 8` channels of the four pixels.
    let second: PanelWeight

    init(_ weights: WeightScope, configuration: SAMConfiguration) {
        let width = configuration.promptWidth
        grid = configuration.grid
        first = Self.quartered(weights.child(0), in: width, out: width / 4)
        norm = LayerNorm(weights.child(1), width: width / 4, epsilon: 1e-6)
        second = Self.quartered(weights.child(3), in: width / 4, out: width / 8)
    }

    /// A transposed convolution of kernel and stride 2 as one map.
    private static func quartered(_ weights: WeightScope, in input: Int, out output: Int) -> PanelWeight {
        let weight = weights.tensor("weight", shape: [input, output, 2, 2])
        let bias = weights.tensor("bias", shape: [output])
        return PanelWeight(
            weight.permuted([2, 3, 1, 0]).reshaped(to: [4 * output, input]),
            bias: Tensor.concatenated([Tensor](repeating: bias, count: 4), axis: 0))
    }

    /// - Parameters:
    ///   - image: a matrix `[width, cells]` for each prompt.
    ///   - weights: of the channels, `[prompts, masks, width / 8]`.
    /// - Returns: `[prompts, masks, 4 * grid, 4 * grid]`.
    func callAsFunction(_ image: ColumnPanels, weights: Tensor) -> Tensor {
        let masks = (0..<weights.shape[0]).map { PanelWeight(weights.element($0)) }
        let middle = norm.weight.count
        let channels = weights.shape[2]
        let count = weights.shape[1]
        return image.unfolded(
            gridWidth: grid, factor: 4, planes: count, scratchRows: 4 * middle + 4 * channels
        ) { prompt, cells, scratch, pixels in
            let coarse = scratch[0..<4 * middle]
            let fine = scratch[4 * middle..<scratch.rows]
            coarse.formProduct(first, cells)
            for quarter in 0..<4 {
                coarse[quarter * middle..<(quarter + 1) * middle].normalize(
                    weight: norm.weight, bias: norm.bias, epsilon: norm.epsilon)
            }
            coarse.applyGELU()
            for quarter in 0..<4 {
                fine.formProduct(second, coarse[quarter * middle..<(quarter + 1) * middle])
                fine.applyGELU()
                for pixel in 0..<4 {
                    // Of the cell's four lines of four pixels.
                    let (line, column) = (quarter / 2 * 2 + pixel / 2, quarter % 2 * 2 + pixel % 2)
                    let place = line * 4 + column
                    pixels[place..<place + (count - 1) * 16 + 1].formProduct(
                        masks[prompt], fine[pixel * channels..<(pixel + 1) * channels], step: 16)
                }
            }
        }
    }
}
