import NeuralNetwork
import Tensors

/// How both towers end: a layer norm, then a matrix into the space that pictures and texts share.
///
/// Keys: `ln_post`, `proj` of the image tower; `ln_final`, `text_projection` of the text tower. Matches the end of
/// `VisionTransformer.forward` and of `CLIP.encode_text` of open_clip.
struct TokenProjection: Sendable {
    let norm: LayerNorm
    /// `[width, embedding]`: applied as `x @ matrix`.
    let matrix: Tensor
    /// The matrix's name among the weights.
    let path: String
    /// What the checkpoint calls both.
    let names: (norm: String, matrix: String)

    init(_ scope: WeightScope, norm: String, matrix: String, width: Int, embedding: Int) {
        self.norm = LayerNorm(scope.child(norm), width: width)
        self.matrix = scope.tensor(matrix, shape: [width, embedding])
        path = scope.child(matrix).path
        names = (norm, matrix)
    }

    /// `[..., width]` to `[..., embedding]`, not normalised.
    func callAsFunction(_ tokens: Tensor) -> Tensor {
        let normalized = norm(tokens)
        return Profile.layer(path) { normalized.matrixProduct(matrix) }
    }
}

extension TransformerBlock {
    /// The blocks of a tower, under `transformer.resblocks.<n>`, computed in `precision`.
    static func all(
        _ count: Int, of scope: WeightScope, width: Int, heads: Int, hidden: Int, activation: Tensor.Activation,
        precision: Precision
    ) -> [TransformerBlock] {
        let blocks = scope.child("transformer").child("resblocks").computing(in: precision)
        return (0..<count).map { index in
            TransformerBlock(
                blocks.child(index), width: width, heads: heads, hidden: hidden,
                activation: activation)
        }
    }
}
