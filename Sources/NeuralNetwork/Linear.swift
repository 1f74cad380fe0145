public import Tensors

/// An affine map of the last axis: `x W^T + b`.
///
/// Keys: `weight` [out, in], `bias` [out]. Matches `torch.nn.Linear`.
public struct Linear: Sendable {
    package let weight: LinearWeight
    package let bias: Tensor?
    /// The layer's name among the weights; empty where its tensors stand under other names.
    package let path: String

    /// Reads the weight, and the bias unless `bias` is false. The map is computed in the scope's precision.
    public init(_ scope: WeightScope, in inputWidth: Int, out outputWidth: Int, bias: Bool = true) {
        weight = scope.linearWeight("weight", shape: [outputWidth, inputWidth])
        self.bias = bias ? scope.tensor("bias", shape: [outputWidth]) : nil
        path = scope.path
    }

    /// From tensors that stand under other names: `weight` [out, in] and `bias` [out].
    public init(weight: Tensor, bias: Tensor?) { self.init(weight: weight, bias: bias, path: "") }

    /// The same under the name that the layer has in the reference.
    package init(weight: Tensor, bias: Tensor?, path: String, precision: Precision = .full) {
        require(weight.shape.rank == 2, "Linear: the weight has shape \(weight.shape), not [out, in]")
        self.init(weight: LinearWeight(weight, precision: precision), bias: bias, path: path)
    }

    init(weight: LinearWeight, bias: Tensor?, path: String) {
        self.weight = weight
        self.bias = bias
        self.path = path
    }

    /// - Parameters:
    ///   - input: `[..., in]`.
    ///   - activation: applied to the result, before `residual` is added.
    ///   - residual: added to the result, `[..., out]`.
    ///   - outputs: those of the outputs that are made, all if nil.
    /// - Returns: `[..., out]`.
    public func callAsFunction(
        _ input: Tensor, activation: Tensor.Activation = .none, adding residual: Tensor? = nil,
        outputs: Range<Int>? = nil
    ) -> Tensor {
        Profile.layer(path) {
            input.linear(weight: weight, bias: bias, activation: activation, adding: residual, outputs: outputs)
        }
    }
}
