import NeuralNetwork
public import Tensors

extension CLIPModel {
    /// Whether weights fit a configuration: every tensor that the towers ask for is there with its shape, and none beside.
    /// No tokenizer is needed for that.
    ///
    /// - Parameters:
    ///   - weights: of any ``CLIPLayout``.
    ///   - configuration: what they should fit.
    /// - Throws: `WeightError` with all differences at once, in the file's own names; `CLIPConfigurationError.notCLIP`;
    ///   `CLIPError.unusableScale`.
    public static func checkFit(of weights: some TensorSource, configuration: CLIPConfiguration) throws {
        _ = try logitScale(try towers(of: try CLIPWeights(weights), configuration).scale)
    }

    /// Both towers, and `logit_scale` as the file has it, which is the logarithm of the scale.
    static func towers(
        of weights: CLIPWeights, _ configuration: CLIPConfiguration
    ) throws(WeightError) -> (image: ImageTower, text: TextTower, scale: Tensor) {
        do throws(WeightError) {
            return try WeightScope.load(from: weights) { scope in
                (
                    ImageTower(scope.child("visual"), configuration), TextTower(scope, configuration),
                    scope.tensor("logit_scale", shape: [])
                )
            }
        } catch {
            throw weights.inFileNames(error)
        }
    }
}
