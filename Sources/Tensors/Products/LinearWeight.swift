import KernelInterface
import Synchronization

/// The weight of an affine map, prepared once for the products that it will serve.
///
/// Where this package's own product is the faster one, the weight is packed for it when it is first used. A packed
/// weight is kept in half precision if that loses nothing, as for checkpoints published in it.
///
/// Elsewhere the weight stays as it is, and OpenBLAS computes this product and those of any two tensors.
/// docs/Performance.md gives the rule; `VITRINE_PRODUCT=packed|blas` overrides it.
public struct LinearWeight: Sendable {
    /// `[out, in]`.
    public let shape: Shape
    private let box: Box

    enum Form: Sendable {
        case plain(Tensor)
        case packed(PackedWeight)
    }

    /// What the copies of one weight share.
    private final class Box: Sendable {
        let form: Mutex<Form>

        init(_ weight: Tensor) {
            // A tensor with memory of its own is packed at once, so that the memory can be released. A mapped tensor
            // costs nothing until it is used, so it waits.
            let isCopy = LinearWeight.packs && !weight.isBorrowed
            form = Mutex(isCopy ? .packed(PackedWeight(weight, mayBeHalf: true)) : .plain(weight))
        }
    }

    /// - Parameter weight: `[out, in]`. Memory that is only borrowed, such as a mapped file's, is given back to the
    ///   system once the weight is packed.
    public init(_ weight: Tensor) {
        require(weight.shape.rank == 2, "LinearWeight", "shape \(weight.shape) in place of [out, in]")
        shape = weight.shape
        box = Box(weight)
    }

    /// The weight in the form that products use. It is packed here, so that an unused tower of a model costs nothing.
    var form: Form {
        box.form.withLock { form in
            if case .plain(let weight) = form, LinearWeight.packs {
                form = .packed(PackedWeight(weight, mayBeHalf: true))
                weight.discardCachedPages()
            }
            return form
        }
    }

    /// The weight as it was given, `[out, in]`; a copy where it is packed.
    public var tensor: Tensor {
        switch box.form.withLock({ $0 }) {
        case .plain(let tensor): tensor
        case .packed(let packed): packed.unpacked
        }
    }

    /// Whether weights are packed on this machine.
    static let packs = choose(
        wanted: environment("VITRINE_PRODUCT"), kernels: Kernels.choice.instructionSet,
        hasLibrary: OpenBLAS.active != nil)

    /// With fused multiply-adds the packed product was measured faster. Without the library there is no other product.
    /// The library is looked for only if the choice depends on it, because loading it takes longer than a small
    /// product.
    static func choose(
        wanted: String?, kernels: CPUFeatures.InstructionSet, hasLibrary: @autoclosure () -> Bool
    ) -> Bool {
        switch wanted {
        case "packed": true
        case "blas" where hasLibrary(): false
        default: kernels != .baseline || !hasLibrary()
        }
    }
}

extension Tensor {
    /// The same as ``linear(weight:bias:activation:adding:)`` with a prepared weight.
    ///
    /// With `outputs` only these outputs are made: they are the last axis of the result and of `residual`. `weight` and
    /// `bias` stay whole.
    public func linear(
        weight: LinearWeight, bias: Tensor? = nil, activation: Activation = .none, adding residual: Tensor? = nil,
        outputs: Range<Int>? = nil
    ) -> Tensor {
        let outputs = outputs ?? 0..<weight.shape[0]
        require(
            outputs.lowerBound >= 0 && outputs.upperBound <= weight.shape[0], "linear",
            "outputs \(outputs) of weight \(weight.shape)")
        switch weight.form {
        case .plain(let plain):
            return linear(
                weight: plain.slice(outputs), bias: bias?.slice(outputs), activation: activation, adding: residual)
        case .packed(let packed):
            return linear(packed, bias: bias, activation: activation, adding: residual, outputs: outputs)
        }
    }

    func linear(
        _ weight: PackedWeight, bias: Tensor?, activation: Activation, adding residual: Tensor?,
        outputs: Range<Int>? = nil
    ) -> Tensor {
        require(
            shape.rank >= 1 && weight.depth == shape[-1], "linear",
            "shape \(shape) times weight [\(weight.columns), \(weight.depth)]")
        let columns = weight.columns
        let product = PackedProduct(weight: weight, rows: shape.dimensions.dropLast().reduce(1, *), outputs: outputs)
        let target = shape.replacing(axis: shape.rank - 1, with: product.outputs.count)
        require(
            bias.map { $0.shape == [columns] } ?? true, "linear", "bias \(bias?.shape ?? []) for \(columns) outputs")
        require(
            residual.map { $0.shape == target } ?? true, "linear", "residual \(residual?.shape ?? []) for \(target)")
        return Tensor.filled(
            target,
            OperationCost(
                .linear, multiplyAdds: target.elementCount * weight.depth,
                elements: count + target.elementCount + (bias == nil ? 0 : product.outputs.count)
                    + (residual?.count ?? 0),
                weightBytes: weight.elementBytes * product.outputs.count * weight.depth)
        ) { out in
            read { left in
                Tensors.read(bias) { bias in
                    Tensors.read(residual) { residual in
                        product.run(
                            left, leftStride: weight.depth, out,
                            ProductEpilogue(
                                bias: bias.map { .perColumn($0) } ?? .none, activation: activation,
                                residual: residual))
                    }
                }
            }
        }
    }
}
