public import Tensors

/// Two affine maps with an activation between them.
///
/// Keys: `<first>.weight` [hidden, width], `<first>.bias`, `<second>.weight` [width, hidden], `<second>.bias`.
public struct FeedForward: Sendable {
    package let first: Linear
    package let second: Linear
    package let activation: Tensor.Activation
    /// What the reference calls the parts.
    let names: (first: String, activation: String, second: String)

    /// `names` are what the reference calls the two maps and the activation between them: `c_fc`, `gelu` and `c_proj` in
    /// CLIP, `lin1`, `act` and `lin2` in SAM.
    public init(
        _ scope: WeightScope, width: Int, hidden: Int, activation: Tensor.Activation,
        names: (first: String, activation: String, second: String) = ("c_fc", "gelu", "c_proj")
    ) {
        first = Linear(scope.child(names.first), in: width, out: hidden)
        second = Linear(scope.child(names.second), in: hidden, out: width)
        self.activation = activation
        self.names = names
    }

    /// `[..., width]` to `[..., width]`; `residual`, when given, is added to the result.
    public func callAsFunction(_ input: Tensor, adding residual: Tensor? = nil) -> Tensor {
        second(first(input, activation: activation), adding: residual)
    }
}
