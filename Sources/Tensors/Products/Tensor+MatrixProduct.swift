extension Tensor {
    /// What a layer applies to its result.
    public enum Activation: Sendable {
        /// Nothing.
        case none
        /// The exact GELU.
        case gelu
        /// `x sigmoid(1.702 x)`.
        case quickGELU
        /// `max(0, x)`.
        case relu
        /// `min(max(0, x), 6)`.
        case relu6
    }

    /// `activation(self * weight^T + bias) + residual`, each block finished while it is in cache.
    ///
    /// **Shapes**: [..., in], weight [out, in], bias [out], residual and result [..., out]
    /// **Complexity**: one multiply-add a row, output and input; the result is the only memory that stays.
    /// **Matches**: `torch.nn.functional.linear`
    public func linear(
        weight: Tensor, bias: Tensor? = nil, activation: Activation = .none, adding residual: Tensor? = nil
    ) -> Tensor {
        require(
            shape.rank >= 1 && weight.shape.rank == 2 && weight.shape[1] == shape[-1], "linear",
            "shape \(shape) times weight \(weight.shape)")
        let depth = shape[-1]
        let columns = weight.shape[0]
        let rows = shape.dimensions.dropLast().reduce(1, *)
        let target = shape.replacing(axis: shape.rank - 1, with: columns)
        require(
            bias.map { $0.shape == [columns] } ?? true, "linear", "bias \(bias?.shape ?? []) for \(columns) outputs")
        require(
            residual.map { $0.shape == target } ?? true, "linear", "residual \(residual?.shape ?? []) for \(target)")
        let plan = ProductPlan(rows: rows, columns: columns, depth: depth)
        return Tensor.filled(
            target,
            OperationCost(
                .linear, multiplyAdds: rows * columns * depth,
                elements: count + weight.count + target.elementCount + (bias?.count ?? 0) + (residual?.count ?? 0))
        ) { out in
            read { left in
                weight.read { right in
                    Tensors.read(bias) { bias in
                        Tensors.read(residual) { residual in
                            plan.run(
                                .active, out, stride: columns, .rowMajor(left, stride: depth),
                                .transposed(right, stride: depth),
                                ProductEpilogue(
                                    bias: bias.map { .perColumn($0) } ?? .none, activation: activation,
                                    residual: residual))
                        }
                    }
                }
            }
        }
    }

    /// The matrix product of the last two axes, for every index of the leading ones.
    ///
    /// **Shapes**: [..., rows, depth] times [..., depth, columns], or [..., columns, depth] with `transposingOther`. The
    /// leading axes agree, or `other` has none and serves for all.
    public func matrixProduct(_ other: Tensor, transposingOther: Bool = false) -> Tensor {
        require(shape.rank >= 2 && other.shape.rank >= 2, "matrixProduct", "shapes \(shape) and \(other.shape)")
        let rows = shape[-2]
        let depth = shape[-1]
        let columns = other.shape[transposingOther ? -2 : -1]
        let leading = Array(shape.dimensions.dropLast(2))
        let shared = other.shape.rank == 2
        require(
            other.shape[transposingOther ? -1 : -2] == depth
                && (shared || Array(other.shape.dimensions.dropLast(2)) == leading),
            "matrixProduct", "shapes \(shape) and \(other.shape)\(transposingOther ? " transposed" : "")")
        // One right operand for all: the leading axes are rows like any other.
        let batch = shared ? 1 : leading.reduce(1, *)
        let plan = ProductPlan(rows: shared ? leading.reduce(1, *) * rows : rows, columns: columns, depth: depth)
        let block = MatrixBlock.active
        let target = Shape(leading + [rows, columns])
        return Tensor.filled(
            target,
            OperationCost(
                .matrixProduct, multiplyAdds: target.elementCount * depth,
                elements: count + other.count + target.elementCount)
        ) { out in
            read { left in
                other.read { right in
                    ParallelRows.forEachDisjoint(plan.split(batch: batch)) {
                        for index in $0 {
                            let matrix = index / plan.blocks
                            let base = right + matrix * depth * columns
                            plan.run(
                                index % plan.blocks, block, out + matrix * rows * columns, stride: columns,
                                .rowMajor(left + matrix * rows * depth, stride: depth),
                                transposingOther
                                    ? .transposed(base, stride: depth) : .rowMajor(base, stride: columns),
                                ProductEpilogue())
                        }
                    }
                }
            }
        }
    }
}
