import KernelInterface
import Tensors
import TestSupport
import Testing

@Suite struct NormalizationKernelTests {
    /// What roundings can do to one normalised element: the mean is off by n + 1 of them of the mean magnitude, the
    /// variance by n + 6 relative, of which the square root leaves half; the scale, the product and the sum add six.
    ///
    /// - Returns: the bound of a normalised element with its weight and bias.
    private func bound(_ values: [Double], _ epsilon: Double) -> (Double, Float, Float) -> Double {
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let magnitude = values.reduce(0) { $0 + abs($1) } / count
        let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count + epsilon).squareRoot()
        return { normalized, weight, bias in
            let fromMean = (count + 2) * magnitude / deviation * Double(abs(weight))
            let fromScale = ((count + 6) / 2 + 6) * abs(normalized - Double(bias))
            return Float.unitRoundoff * (2 * fromMean + fromScale + 2 * Double(abs(bias)) + 1e-6)
        }
    }

    @Test("layer norm of a row equals its plain twin", arguments: runnable)
    func rows(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 41)
        for count in kernels.sweptCounts where count > 0 {
            let x = random.floats(count, in: -1...3)
            let (weight, bias) = (random.floats(count), random.floats(count))
            let values = x.map(Double.init)
            let expected = referenceLayerNorm(
                values, weight: weight.map(Double.init), bias: bias.map(Double.init), epsilon: Double(Float(1e-5)))
            let (result, intact) = row(count, x) {
                kernels.layerNormRow($0, $1, weight: weight, bias: bias, epsilon: 1e-5, count: count)
            }
            let bound = bound(values, 1e-5)
            let difference = compare(result, expected) { bound(expected[$0], weight[$0], bias[$0]) }
            #expect(intact && difference.isWithinBounds, "\(count), seed \(random.seed): \(difference)")
        }
    }

    @Test("layer norm over channels equals the plain twin at every pixel", arguments: runnable)
    func pixels(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 42)
        for count in kernels.sweptCounts where count < 200 {
            let channels = 23
            let x = random.floats(channels * count, in: -1...3)
            let (weight, bias) = (random.floats(channels), random.floats(channels))
            let (result, intact) = row(channels * count, x) {
                kernels.layerNormPixels(
                    $0, $1, weight: weight, bias: bias, epsilon: 1e-6, channels: channels, planeStride: count,
                    count: count)
            }
            #expect(intact)
            for pixel in 0..<count {
                let values = (0..<channels).map { Double(x[$0 * count + pixel]) }
                let expected = referenceLayerNorm(
                    values, weight: weight.map(Double.init), bias: bias.map(Double.init), epsilon: Double(Float(1e-6)))
                let bound = bound(values, 1e-6)
                let difference = compare((0..<channels).map { result[$0 * count + pixel] }, expected) {
                    bound(expected[$0], weight[$0], bias[$0])
                }
                #expect(difference.isWithinBounds, "pixel \(pixel) of \(count): \(difference)")
            }
        }
    }
}
