import KernelInterface
import Synchronization

/// The weight of an affine map, prepared once for the products that it will serve.
///
/// A weight whose every number is one of half precision, as in checkpoints published in it, is kept in half precision
/// where it is packed.
///
/// Where this package's own product is the faster one, the weight is packed for it when it is first used; elsewhere it
/// stays as it is and OpenBLAS multiplies, as it then does for products of any two tensors. `VITRINE_PRODUCT=packed|blas`
/// decides in place of the rule, which docs/Performance.md gives.
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
            // Memory of its own is a copy that a reader made; it goes, and is never there beside the packed weight. What
            // is only mapped costs nothing until it is used.
            let isCopy = LinearWeight.packs && !weight.isBorrowed
            form = Mutex(isCopy ? .packed(PackedWeight(weight, mayBeHalf: true)) : .plain(weight))
        }
    }

    /// - Parameter weight: `[out, in]`. Memory that is only borrowed, such as a mapped file's, is given back to the system
    ///   once the weight is packed.
    public init(_ weight: Tensor) {
        require(weight.shape.rank == 2, "LinearWeight", "shape \(weight.shape) in place of [out, in]")
        shape = weight.shape
        box = Box(weight)
    }

    /// The weight as products take it. A model whose one tower is never used never pays for packing that tower.
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

    /// The packed product was measured faster where fused multiply-adds are; without a library there is nothing else.
    /// The library is looked for only where the answer depends on it: loading it takes longer than a small product.
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
        let product = PackedProduct(
            weight: weight, rows: shape.dimensions.dropLast().reduce(1, *), outputs: outputs)
        let target = shape.replacing(axis: shape.rank - 1, with: product.outputs.count)
        require(
            bias.map { $0.shape == [columns] } ?? true, "linear", "bias \(bias?.shape ?? []) for \(columns) outputs")
        require(
            residual.map { $0.shape == target } ?? true, "linear", "residual \(residual?.shape ?? []) for \(target)")
        return Tensor.filled(target) { out in
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
