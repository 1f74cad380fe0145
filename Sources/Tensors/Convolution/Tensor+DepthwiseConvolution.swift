import KernelInterface

extension Tensor {
    /// A depthwise 3 x 3 convolution, padded with one pixel of zeros, of a map whose pixels keep their channels
    /// together, as tokens do: two to three times as fast as ``convolution2D(weight:bias:stride:padding:groups:activation:)``
    /// of planes.
    ///
    /// **Shapes**: [height, columns, channels], weight [9, channels] (the kernel's places in reading order), bias
    /// [channels] -> [(height - 1) / stride + 1, (columns - 1) / stride + 1, channels]; fewer rows where `padding` leaves
    /// out a row of zeros, as for a band of a larger map (``KernelBand``).
    /// **Preconditions**: a stride of 1 or 2; three rows with the padding.
    /// **Matches**: `torch.nn.functional.conv2d` with `padding=1` and as many groups as channels, on permuted axes
    public func depthwiseConvolution3x3(
        weight: Tensor, bias: Tensor, stride: Int = 1, padding: RowPadding = .both,
        activation: Activation = .none
    ) -> Tensor {
        require(
            shape.rank == 3 && count > 0 && weight.shape == [9, shape[2]] && bias.shape == [shape[2]]
                && (stride == 1 || stride == 2), "depthwiseConvolution3x3",
            "shape \(shape) with weight \(weight.shape), bias \(bias.shape) and stride \(stride)")
        let (height, width, channels) = (shape[0], shape[1], shape[2])
        let (outHeight, outWidth) = (padding.results(height: height, stride: stride), (width - 1) / stride + 1)
        require(outHeight > 0, "depthwiseConvolution3x3", "shape \(shape) has too few rows for \(padding)")
        let kernels = Kernels.active
        let epilogue = ProductEpilogue(activation: activation)
        let line = width * channels
        let target: Shape = [outHeight, outWidth, channels]
        return Tensor.filled(
            target,
            OperationCost(
                .convolution, multiplyAdds: 9 * target.elementCount,
                elements: count + weight.count + bias.count + target.elementCount)
        ) { out in
            read { source in
                weight.read { weight in
                    bias.read { bias in
                        withScratch(line) { zeros in
                            kernels.fillRow(zeros, with: 0, count: line)
                            ParallelRows.forEachDisjoint(
                                count: outHeight, minimumPerTask: max(1, 16_384 / (outWidth * channels))
                            ) {
                                for row in $0 {
                                    let y = row * stride + (padding.above ? 0 : 1)
                                    let target = out + row * outWidth * channels
                                    kernels.convolveChannelsRow(
                                        target, width: outWidth,
                                        above: y > 0 ? source + (y - 1) * line : UnsafePointer(zeros),
                                        middle: source + y * line,
                                        below: y + 1 < height ? source + (y + 1) * line : UnsafePointer(zeros),
                                        width: width, channels: channels, weight: weight, bias: bias, stride: stride)
                                    epilogue.apply(
                                        kernels, target, stride: outWidth * channels, row: 0, rows: 1, column: 0,
                                        columns: outWidth * channels, residualOffset: 0)
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
