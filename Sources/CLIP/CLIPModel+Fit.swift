import NeuralNetwork
public import Tensors

extension CLIPModel {
    /// Whether weights fit a configuration: every tensor that the towers ask for is there with its shape, and none beside.
    /// No tokenizer is needed for that.
    ///
    /// - Parameters:
    ///   - weights: of any ``CLIPLayout``.
    ///   - configuration: what they should fit.
    /// - Throws: ``CLIPLoadingError``: weights with all differences at once, in the file's own names; weights of another
    ///   family; a configuration that no model can have; a scale that is none.
    public static func checkFit(
        of weights: some TensorSource, configuration: CLIPConfiguration
    ) throws(CLIPLoadingError) {
        let weights = try CLIPLoadingError.wrapping { () throws(CLIPConfigurationError) in
            try configuration.validate()
            return try CLIPWeights(weights)
        }
        let scale = try towers(of: weights, configuration).scale
        _ = try CLIPLoadingError.wrapping { () throws(CLIPError) in try logitScale(scale) }
    }

    /// Both towers, and `logit_scale` as the file has it, which is the logarithm of the scale.
    static func towers(
        of weights: CLIPWeights, _ configuration: CLIPConfiguration, _ precision: Precision = .full,
        shelf: (any PanelShelf)? = nil
    ) throws(CLIPLoadingError) -> (image: ImageTower, text: TextTower, scale: Tensor) {
        do throws(WeightError) {
            return try WeightScope.load(from: weights, shelf: shelf) { scope in
                (
                    ImageTower(scope.child("visual"), configuration, precision),
                    TextTower(scope, configuration, precision),
                    scope.tensor("logit_scale", shape: [])
                )
            }
        } catch {
            throw .weights(weights.inFileNames(error))
        }
    }
}
