package import NeuralNetwork
package import Tensors

extension CLIPModel {
    /// How the image tower ends: `ln_post`, then the matrix `proj`, `[width, embedding]`.
    package var imageProjection: (norm: LayerNorm, matrix: Tensor) {
        (imageTower.projection.norm, imageTower.projection.matrix)
    }

    /// Tokens of the image tower's residual stream in the space shared with texts, as if the tower ended behind them.
    ///
    /// - Parameter tokens: `[..., width]`.
    /// - Returns: `[..., embedding]`, not normalised.
    package func projected(_ tokens: Tensor) -> Tensor { imageTower.projection(tokens) }
}
