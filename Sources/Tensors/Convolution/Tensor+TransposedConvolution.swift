import KernelInterface

extension Tensor {
    /// A transposed convolution without padding: every input pixel adds its kernel to the output, `stride` apart.
    ///
    /// **Shapes**: [batch, channels, height, columns], weight [channels, out, kernelHeight, kernelWidth], bias [out] ->
    /// [batch, out, (height - 1) stride + kernelHeight, ...]
    /// **Matches**: `torch.nn.functional.conv_transpose2d`
    public func transposedConvolution2D(weight: Tensor, bias: Tensor? = nil, stride: Int) -> Tensor {
        require(
            shape.rank == 4 && weight.shape.rank == 4 && shape[1] == weight.shape[0] && stride > 0,
            "transposedConvolution2D", "shape \(shape) with weight \(weight.shape), stride \(stride)")
        let (batch, channels, height, width) = (shape[0], shape[1], shape[2], shape[3])
        let (outChannels, kernelHeight, kernelWidth) = (weight.shape[1], weight.shape[2], weight.shape[3])
        require(
            bias.map { $0.shape == [outChannels] } ?? true && height > 0 && width > 0, "transposedConvolution2D",
            "bias \(bias?.shape ?? []) for \(outChannels) channels, shape \(shape)")
        let outHeight = (height - 1) * stride + kernelHeight
        let outWidth = (width - 1) * stride + kernelWidth
        let pixels = height * width
        let kernelSize = kernelHeight * kernelWidth
        let plan = ProductPlan(rows: outChannels * kernelSize, columns: pixels, depth: channels)
        let kernels = Kernels.active
        return Tensor.filled([batch, outChannels, outHeight, outWidth]) { out in
            read { source in
                weight.read { weight in
                    Tensors.read(bias) { bias in
                        withScratch(outChannels * kernelSize * pixels) { product in
                            for image in 0..<batch {
                                plan.run(
                                    .active, product, stride: pixels,
                                    .transposed(weight, stride: outChannels * kernelSize),
                                    .rowMajor(source + image * channels * pixels, stride: pixels))
                                let planes = out + image * outChannels * outHeight * outWidth
                                ParallelRows.forEachDisjoint(count: outChannels, minimumPerTask: 1) {
                                    for channel in $0 {
                                        let plane = planes + channel * outHeight * outWidth
                                        kernels.fillRow(plane, with: bias?[channel] ?? 0, count: outHeight * outWidth)
                                        for place in 0..<kernelSize {
                                            let values = product + (channel * kernelSize + place) * pixels
                                            let corner = plane + (place / kernelWidth) * outWidth + place % kernelWidth
                                            for row in 0..<height {
                                                kernels.addSpreadRow(
                                                    corner + row * stride * outWidth, step: stride,
                                                    values + row * width, count: width)
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
