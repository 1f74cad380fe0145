import NeuralNetwork
import Tensors

/// How a trained grid of position embeddings is interpolated to another size. The class token's row never changes.
public enum PositionResampling: String, Hashable, Sendable, Codable, CaseIterable {
    /// open_clip and APRIL-GAN: bicubic with a = -0.5 and antialiasing.
    case bicubicAntialiased
    /// Hugging Face transformers: bicubic with a = -0.75, without antialiasing.
    case bicubic
    /// CLIP Surgery and AnomalyCLIP: bilinear without antialiasing.
    case bilinear
}

/// The image tower's position embeddings: one row for the class token, then one per place of a square grid.
///
/// Key: `positional_embedding` [1 + grid * grid, width].
struct PositionalEmbedding: Sendable {
    let table: Tensor
    private let grid: Int
    var resampling: PositionResampling

    init(_ scope: WeightScope, grid: Int, width: Int, resampling: PositionResampling) {
        table = scope.tensor("positional_embedding", shape: [1 + grid * grid, width])
        self.grid = grid
        self.resampling = resampling
    }

    /// The rows for a grid of `height` x `width` patches: `[1 + height * width, width of the tower]`.
    ///
    /// Interpolated with `align_corners=False`: a row of the table belongs to the middle of its patch.
    func rows(height: Int, width: Int) -> Tensor {
        if height == grid && width == grid { return table }
        let channels = table.shape[1]
        let places = table.slice(1..<table.shape[0]).transposed().reshaped(to: [channels, grid, grid])
        let resized =
            switch resampling {
            case .bicubicAntialiased: places.resizedBicubic(height: height, width: width, antialias: true)
            case .bicubic: places.resizedBicubic(height: height, width: width)
            case .bilinear: places.resizedBilinear(height: height, width: width)
            }
        return .concatenated(
            [table.slice(0..<1), resized.reshaped(to: [channels, height * width]).transposed()], axis: 0)
    }
}
