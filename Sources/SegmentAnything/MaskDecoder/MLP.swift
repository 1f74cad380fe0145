import NeuralNetwork
import Tensors

/// Linear layers with ReLU between them.
///
/// Matches `MLP` of segment_anything's mask decoder, which is the IoU head and the hypernetwork of each mask.
struct MLP: Sendable {
    let layers: [Linear]

    /// - Parameter widths: channels before the first layer, between layers and after the last.
    init(_ weights: WeightScope, widths: [Int]) {
        layers = zip(widths, widths.dropFirst()).enumerated().map { index, pair in
            Linear(weights.child("layers").child(index), in: pair.0, out: pair.1)
        }
    }

    /// `[..., widths.first]` to `[..., widths.last]`.
    func callAsFunction(_ token: Tensor) -> Tensor {
        var values = token
        for (index, layer) in layers.enumerated() {
            values = layer(values, activation: index + 1 < layers.count ? .relu : .none)
        }
        return values
    }
}
