import KernelInterface

extension Tensor {
    /// A depthwise convolution of 3 x 3 or 5 x 5 pixels, padded with zeros so that stride 1 keeps the size, of a map whose
    /// pixels keep their channels together, as tokens do: two to three times as fast as
    /// ``convolution2D(weight:bias:stride:padding:groups:activation:)`` of planes.
    ///
    /// **Shapes**: [height, columns, channels], weight [9, channels] or [25, channels] (the kernel's places in reading
    /// order), bias [channels] -> [(height - 1) / stride + 1, (columns - 1) / stride + 1, channels]; fewer rows where
    /// `padding`, that of a whole map if nil, leaves out rows of zeros, as for a band of a larger map (``KernelBand``).
    ///
    /// **Preconditions**: a stride of 1 or 2; as many rows as the kernel has, with the padding.
    /// **Matches**: `torch.nn.functional.conv2d` with `padding=1` or `2` and as many groups as channels, on permuted axes
    public func depthwiseConvolution(
        weight: Tensor, bias: Tensor, stride: Int = 1, padding: RowPadding? = nil, activation: Activation = .none
    ) -> Tensor {
        require(
            shape.rank == 3 && count > 0 && [[9, shape[2]], [25, shape[2]]].contains(weight.shape)
                && bias.shape == [shape[2]] && (stride == 1 || stride == 2), "depthwiseConvolution",
            "shape \(shape) with weight \(weight.shape), bias \(bias.shape) and stride \(stride)")
        let side = weight.shape[0] == 9 ? 3 : 5
        let padding = padding ?? .both(of: side)
        let (height, width, channels) = (shape[0], shape[1], shape[2])
        let outHeight = padding.results(height: height, stride: stride, side: side)
        let outWidth = (width - 1) / stride + 1
        require(
            outHeight > 0 && max(padding.above, padding.below) <= side / 2, "depthwiseConvolution",
            "shape \(shape) has too few rows for a kernel of \(side) rows and \(padding)")
        let kernels = Kernels.active
        let epilogue = ProductEpilogue(activation: activation)
        let line = width * channels
        let target: Shape = [outHeight, outWidth, channels]
        return Tensor.filled(
            target,
            OperationCost(
                .convolution, multiplyAdds: side * side * target.elementCount,
                elements: count + weight.count + bias.count + target.elementCount)
        ) { out in
            read { source in
                weight.read { weight in
                    bias.read { bias in
                        withScratch(line) { zeros in
                            kernels.fillRow(zeros, with: 0, count: line)
                            ParallelRows.forEachDisjoint(
                                WorkSplit(outHeight, least: 16_384 / (outWidth * channels))
                            ) {
                                for row in $0 {
                                    let target = out + row * outWidth * channels
                                    kernels.convolveChannelsRow(
                                        target, width: outWidth, firstRow: row * stride - padding.above, source,
                                        height: height, width: width, channels: channels, zeros: zeros, weight: weight,
                                        side: side, bias: bias, stride: stride)
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
