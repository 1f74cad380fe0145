import Tensors

/// The convolutions of the models.
func convolutions() {
    convolution("ViT-B/16 patches", channels: 3, side: 224, out: 768, kernel: 16, stride: 16, padding: 0)
    convolution("SAM patches", channels: 3, side: 1024, out: 768, kernel: 16, stride: 16, padding: 0)
    convolution("SAM neck 1 x 1", channels: 768, side: 64, out: 256, kernel: 1, stride: 1, padding: 0)
    convolution("SAM neck 3 x 3", channels: 256, side: 64, out: 256, kernel: 3, stride: 1, padding: 1)
    convolution("MobileSAM stem", channels: 3, side: 1024, out: 32, kernel: 3, stride: 2, padding: 1)
    let image = pattern([1, 256, 64, 64])
    let weight = pattern([256, 64, 2, 2], seed: 2)
    kernel(
        "transposed convolution, SAM decoder", operations: 2 * 4096 * 256 * 64 * 4, elements: 256 * 4096 + 64 * 16384
    ) {
        image.transposedConvolution2D(weight: weight, stride: 2)
    } check: {
        let expected = (0..<256).reduce(0.0) { $0 + Double(image[0, $1, 0, 0]) * Double(weight[$1, 0, 0, 1]) }
        return compare($0, [(index: 1, value: expected)], magnitude: 16)
    }
}

private func convolution(
    _ name: String, channels: Int, side: Int, out: Int, kernel size: Int, stride: Int, padding: Int
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
    let expected = [(index: (channel * grid + place) * grid + place, value: value)]
    let depth = channels * size * size
    kernel(
        "convolution, \(name)", operations: 2 * Double(grid * grid * out) * Double(depth),
        elements: image.count + weight.count + out * grid * grid
    ) {
        image.convolution2D(weight: weight, stride: stride, padding: padding)
    } check: {
        compare($0, expected, magnitude: Double(depth).squareRoot())
    }
}
