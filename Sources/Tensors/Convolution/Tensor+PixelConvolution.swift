extension Tensor {
    /// A 3 x 3 convolution, padded with one pixel of zeros, of a map whose pixels keep their channels together, as tokens
    /// do: a product of the pixels under the kernel, which are read where they lie, and the packed weight.
    ///
    /// **Shapes**: [height, columns, in], bias [out] -> [(height - 1) / stride + 1, (columns - 1) / stride + 1, out]; fewer
    /// rows where `padding` leaves out a row of zeros, as for a band of a larger map (``KernelBand``).
    /// **Preconditions**: three rows with the padding.
    /// **Complexity**: one multiply-add a result, channel and kernel place; the result is the only large memory.
    /// **Matches**: `torch.nn.functional.conv2d` with `padding=1` on permuted axes
    public func convolution3x3(
        weight: ConvolutionWeight, bias: Tensor? = nil, stride: Int = 1, padding: RowPadding = .both,
        activation: Activation = .none
    ) -> Tensor {
        require(
            shape.rank == 3 && count > 0 && shape[2] == weight.inputs && stride > 0
                && (bias.map { $0.shape == [weight.outputs] } ?? true), "convolution3x3",
            "shape \(shape) with weight [\(weight.outputs), \(weight.inputs), 3, 3], bias \(bias?.shape ?? []) and stride "
                + "\(stride)")
        let rows = padding.results(height: shape[0], stride: stride)
        require(rows > 0, "convolution3x3", "shape \(shape) has too few rows for \(padding)")
        let plan = PixelConvolution(
            weight: weight.packed, rows: rows, height: shape[0], width: shape[1], channels: shape[2], stride: stride,
            firstRow: -padding.above)
        let target: Shape = [rows, plan.outWidth, weight.outputs]
        return Tensor.filled(
            target,
            OperationCost(
                .convolution, multiplyAdds: 9 * weight.inputs * target.elementCount,
                elements: count + 9 * weight.inputs * weight.outputs + (bias?.count ?? 0) + target.elementCount)
        ) { out in
            read { source in
                Tensors.read(bias) { bias in
                    plan.run(
                        out, source,
                        ProductEpilogue(bias: bias.map { .perColumn($0) } ?? .none, activation: activation))
                }
            }
        }
    }
}
