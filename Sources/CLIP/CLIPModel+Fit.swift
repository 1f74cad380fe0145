public import NeuralNetwork
public import Tensors

extension CLIPModel {
    /// Whether weights fit a configuration: every tensor that the towers ask for is there with its shape, and none beside.
    /// No tokenizer is needed for that.
    ///
    /// - Throws: `WeightError` with all differences at once.
    public static func checkFit(
        of weights: some TensorSource, configuration: CLIPConfiguration
    ) throws(WeightError) {
        _ = try towers(of: weights, configuration)
    }

    /// Both towers and the scale, unexponentiated.
    static func towers(
        of weights: some TensorSource, _ configuration: CLIPConfiguration
    ) throws(WeightError) -> (image: ImageTower, text: TextTower, scale: Tensor) {
        try WeightScope.load(from: weights, ignoring: ignoredNames.contains) { scope in
            (
                ImageTower(scope.child("visual"), configuration), TextTower(scope, configuration),
                scope.tensor("logit_scale", shape: [])
            )
        }
    }
}
