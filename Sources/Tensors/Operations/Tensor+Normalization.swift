import KernelInterface

extension Tensor {
    /// Softmax over the last axis.
    ///
    /// The row's maximum is taken off first. A NaN or a plus infinity in a row makes the row NaN, and so does a row of
    /// minus infinities alone, as in PyTorch.
    public func softmax() -> Tensor {
        let kernels = Kernels.active
        return mappingRows(.softmax, minimum: 4_096) { kernels.softmaxRow($0, $1, count: $2) }
    }

    /// Layer normalisation over the last axis: `(x - mean) / sqrt(variance + epsilon) * weight + bias`, biased variance.
    ///
    /// **Shapes**: [..., width], weight and bias [width]
    /// **Matches**: `torch.nn.functional.layer_norm(x, [width], weight, bias, eps)`
    public func layerNorm(weight: Tensor, bias: Tensor, epsilon: Float) -> Tensor {
        let width = shape[-1]
        require(
            weight.shape == [width] && bias.shape == [width], "layerNorm",
            "weight \(weight.shape) and bias \(bias.shape) for rows of shape \(shape)")
        let kernels = Kernels.active
        return weight.read { weight in
            bias.read { bias in
                mappingRows(.layerNorm, minimum: WorkSplit.leastNumbers) {
                    kernels.layerNormRow($0, $1, weight: weight, bias: bias, epsilon: epsilon, count: $2)
                }
            }
        }
    }

    /// How rows are shared of which each is computed alone.
    ///
    /// - Parameter least: elements that are worth a thread.
    static func rowSplit(
        _ rows: Int, columns: Int, least: Int, threads: Int = ComputeThreads.count
    ) -> WorkSplit {
        WorkSplit(rows, least: least / max(1, columns), threads: threads)
    }

    /// A tensor of the same shape, each row of the last axis made from the same row of this one.
    ///
    /// - Parameters:
    ///   - kind: what is done to a row.
    ///   - minimum: elements that are worth a thread.
    ///   - body: writes one row, given where it goes, where the old one lies, and its length.
    func mappingRows(
        _ kind: OperationCost.Kind, minimum: Int,
        _ body: (_ out: UnsafeMutablePointer<Float>, _ row: UnsafePointer<Float>, _ columns: Int) -> Void
    ) -> Tensor {
        let columns = shape[-1]
        return Tensor.filled(shape, OperationCost(kind, elements: 2 * count)) { out in
            read { source in
                ParallelRows.forEachDisjoint(
                    Tensor.rowSplit(columns == 0 ? 0 : count / columns, columns: columns, least: minimum)
                ) {
                    for row in $0 { body(out + row * columns, source + row * columns, columns) }
                }
            }
        }
    }
}
