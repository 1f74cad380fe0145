import KernelInterface
import Synchronization

/// The weight of an affine map, prepared once for the products that it will serve.
///
/// Where this package's own product is the faster one, the weight is packed for it when it is first used. A packed
/// weight is kept in half precision if that loses nothing, as for checkpoints published in it.
///
/// Elsewhere the weight stays as it is, and OpenBLAS computes this product and those of any two tensors.
/// docs/Performance.md gives the rule; `VITRINE_PRODUCT=packed|blas` overrides it.
///
/// In another precision than the full one the weight is rounded when it is packed, on every machine alike.
public struct LinearWeight: Sendable {
    /// `[out, in]`.
    public let shape: Shape
    /// How products with this weight are computed.
    public let precision: Precision
    private let box: Box

    enum Form: Sendable {
        case plain(Tensor)
        case packed(PackedWeight)
        case bytes(ByteWeight)
        case bfloat16(BFloat16Weight)
        /// As they were kept, until they are used.
        case rows(ByteRows)

        /// The weight as it was given, in the form that products of this precision use.
        init(_ weight: Tensor, _ precision: Precision) {
            self =
                switch precision {
                case .full: LinearWeight.packs ? .packed(PackedWeight(weight, mayBeHalf: true)) : .plain(weight)
                case .int8: .bytes(ByteWeight(weight))
                case .bf16: .bfloat16(BFloat16Weight(weight))
                }
        }
    }

    /// What the copies of one weight share.
    private final class Box: Sendable {
        let form: Mutex<Form>
        /// The weight itself, where the form was kept and the weight can be had for nothing.
        let original: (@Sendable () -> Tensor?)?

        init(_ weight: Tensor, _ precision: Precision) {
            // A tensor with memory of its own is packed at once, so that the memory can be released. A mapped tensor
            // costs nothing until it is used, so it waits.
            form = Mutex(weight.isBorrowed ? .plain(weight) : Form(weight, precision))
            original = nil
        }

        init(_ form: Form, _ original: (@Sendable () -> Tensor?)? = nil) {
            self.form = Mutex(form)
            self.original = original
        }
    }

    /// - Parameters:
    ///   - weight: `[out, in]`. Memory that is only borrowed, such as a mapped file's, is given back to the system once the
    ///     weight is packed.
    ///   - precision: how products with it are computed. In bytes, weights with more than 65,536 inputs stay in full
    ///     precision.
    public init(_ weight: Tensor, precision: Precision = .full) {
        require(weight.shape.rank == 2, "LinearWeight", "shape \(weight.shape) in place of [out, in]")
        shape = weight.shape
        self.precision = precision == .int8 && weight.shape[1] > ByteWeight.mostDepth ? .full : precision
        box = Box(weight, self.precision)
    }

    /// From bytes with a scale for each row, which stay what they are.
    ///
    /// - Parameter rows: `[out, in]`; **precondition**: at most 65,536 inputs.
    public init(_ rows: ByteRows) {
        require(rows.shape[1] <= ByteWeight.mostDepth, "LinearWeight", "\(rows.shape[1]) inputs in bytes")
        shape = rows.shape
        precision = .int8
        box = Box(.rows(rows))
    }

    /// From a form that was kept.
    init(_ form: Form, shape: Shape, precision: Precision, _ original: @escaping @Sendable () -> Tensor?) {
        self.shape = shape
        self.precision = precision
        box = Box(form, original)
    }

    /// Whether a weight of this shape can be computed in bytes.
    package static func fitsBytes(_ shape: Shape) -> Bool { shape.rank == 2 && shape[1] <= ByteWeight.mostDepth }

    /// The weight in the form that products use. It is packed here, so that an unused tower of a model costs nothing.
    var form: Form {
        box.form.withLock { form in
            if case .plain(let weight) = form, LinearWeight.packs || precision != .full {
                form = Form(weight, precision)
                weight.discardCachedPages()
            } else if case .rows(let rows) = form {
                form = .bytes(ByteWeight(rows))
            }
            return form
        }
    }

    /// The form as it is, packed or not.
    var currentForm: Form { box.form.withLock { $0 } }

    /// The weight that products compute with, `[out, in]`; a copy where it is packed. In full precision it is the weight as
    /// it was given.
    public var tensor: Tensor {
        if precision == .full, let original = box.original?() { return original }
        return switch precision == .full ? currentForm : form {
        case .plain(let tensor): tensor
        case .packed(let packed): packed.unpacked
        case .bytes(let bytes): bytes.tensor
        case .bfloat16(let numbers): numbers.tensor
        case .rows(let rows): rows.tensor
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
        case .bytes(let bytes):
            return linear(bytes, bias: bias, activation: activation, adding: residual, outputs: outputs)
        case .bfloat16(let numbers):
            return linear(numbers, bias: bias, activation: activation, adding: residual, outputs: outputs)
        case .rows(let rows):
            return linear(ByteWeight(rows), bias: bias, activation: activation, adding: residual, outputs: outputs)
        }
    }

    func linear(
        _ weight: PackedWeight, bias: Tensor?, activation: Activation, adding residual: Tensor?,
        outputs: Range<Int>? = nil
    ) -> Tensor {
        let product = PackedProduct(weight: weight, rows: rowCount, outputs: outputs)
        return linear(
            [weight.columns, weight.depth], weightBytes: weight.elementBytes, outputs: product.outputs, bias: bias,
            activation: activation, adding: residual
        ) { product.run($0, leftStride: weight.depth, $1, $2) }
    }

    func linear(
        _ weight: some NarrowWeight, bias: Tensor?, activation: Activation, adding residual: Tensor?,
        outputs: Range<Int>? = nil
    ) -> Tensor {
        let product = NarrowProduct(weight: weight, rows: rowCount, outputs: outputs)
        return linear(
            [weight.columns, weight.depth], weightBytes: weight.kernelSet.weightBytes, outputs: product.outputs,
            bias: bias,
            activation: activation, adding: residual, product.run)
    }

    /// Rows of the last axis.
    private var rowCount: Int { shape.dimensions.dropLast().reduce(1, *) }

    /// A product with a packed weight, from the check of the shapes to the result.
    ///
    /// - Parameters:
    ///   - weight: the weight's shape.
    ///   - weightBytes: bytes of one number of it.
    private func linear(
        _ weight: Shape, weightBytes: Int, outputs: Range<Int>, bias: Tensor?, activation: Activation,
        adding residual: Tensor?,
        _ run: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, ProductEpilogue) -> Void
    ) -> Tensor {
        require(shape.rank >= 1 && weight[1] == shape[-1], "linear", "shape \(shape) times weight \(weight)")
        let target = shape.replacing(axis: shape.rank - 1, with: outputs.count)
        require(
            bias.map { $0.shape == [weight[0]] } ?? true, "linear",
            "bias \(bias?.shape ?? []) for \(weight[0]) outputs")
        require(
            residual.map { $0.shape == target } ?? true, "linear", "residual \(residual?.shape ?? []) for \(target)")
        return Tensor.filled(
            target,
            OperationCost(
                .linear, multiplyAdds: target.elementCount * weight[1],
                elements: count + target.elementCount + (bias == nil ? 0 : outputs.count) + (residual?.count ?? 0),
                weightBytes: weightBytes * outputs.count * weight[1])
        ) { out in
            read { left in
                Tensors.read(bias) { bias in
                    Tensors.read(residual) { residual in
                        run(
                            left, out,
                            ProductEpilogue(
                                bias: bias.map { .perColumn($0) } ?? .none, activation: activation,
                                residual: residual))
                    }
                }
            }
        }
    }
}
