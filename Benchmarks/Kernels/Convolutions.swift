import Tensors

/// The convolutions of the models, of planes and of pixels that keep their channels together.
func convolutions() -> [KernelBenchmark] {
    [
        convolution("ViT-B/16 patches", channels: 3, side: 224, out: 768, kernel: 16, stride: 16, padding: 0),
        convolution("SAM patches", channels: 3, side: 1024, out: 768, kernel: 16, stride: 16, padding: 0),
        convolution("SAM neck 1 x 1", channels: 768, side: 64, out: 256, kernel: 1, stride: 1, padding: 0),
        convolution("small SAM stem", channels: 3, side: 256, out: 24, kernel: 3, stride: 2, padding: 1),
        pixelConvolution("SAM neck", channels: 256, side: 64, out: 256, stride: 1),
        pixelConvolution("MobileSAM stem, first", channels: 3, side: 1024, out: 32, stride: 2),
        pixelConvolution("MobileSAM stem, second", channels: 32, side: 512, out: 64, stride: 2),
    ]
}

private func convolution(
    _ model: String, channels: Int, side: Int, out: Int, kernel size: Int, stride: Int, padding: Int
) -> KernelBenchmark {
    KernelBenchmark(
        kernel: "convolution", model: model,
        shape: "\(channels) x \(side) x \(side) to \(out), \(size) x \(size) / \(stride)"
    ) {
        let image = pattern([1, channels, side, side])
        let weight = pattern([out, channels, size, size], seed: 2)
        let grid = (side + 2 * padding - size) / stride + 1
        // A place in the middle, where nothing is padding.
        let (channel, place) = (out / 2, grid / 2)
        let origin = place * stride - padding
        var value = 0.0
        for input in 0..<channels {
            for y in 0..<size {
                for x in 0..<size {
                    value += Double(image[0, input, origin + y, origin + x]) * Double(weight[channel, input, y, x])
                }
            }
        }
        let index = (channel * grid + place) * grid + place
        return PreparedKernel(
            run: { image.convolution2D(weight: weight, stride: stride, padding: padding) },
            expected: [ExpectedElement(index, value, magnitude: Double(channels * size * size).squareRoot())])
    }
}

private func pixelConvolution(_ model: String, channels: Int, side: Int, out: Int, stride: Int) -> KernelBenchmark {
    KernelBenchmark(
        kernel: "convolution of pixels", model: model,
        shape: "\(side) x \(side) x \(channels) to \(out), 3 x 3 / \(stride)"
    ) {
        let map = pattern([side, side, channels])
        let plain = pattern([out, channels, 3, 3], seed: 2)
        let weight = ConvolutionWeight(plain)
        let grid = (side - 1) / stride + 1
        // A place in the middle, where nothing is padding.
        let (channel, place) = (out / 2, grid / 2)
        var value = 0.0
        for y in 0..<3 {
            for x in 0..<3 {
                for input in 0..<channels {
                    value +=
                        Double(map[place * stride + y - 1, place * stride + x - 1, input])
                        * Double(plain[channel, input, y, x])
                }
            }
        }
        let index = (place * grid + place) * out + channel
        return PreparedKernel(
            run: { map.convolution3x3(weight: weight, stride: stride) },
            expected: [ExpectedElement(index, value, magnitude: Double(9 * channels).squareRoot())])
    }
}
