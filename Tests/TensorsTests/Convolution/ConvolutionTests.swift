import Tensors
import TestSupport
import Testing

@Suite struct ConvolutionTests {
    @Test("convolutions of swept geometry equal the plain twin")
    func sweep() {
        var random = SeededGenerator(seed: 101)
        for kernel in [1, 2, 3, 5] {
            for stride in [1, 2, 3] {
                for padding in [0, 1, 2] {
                    for groups in [1, 2, 4] {
                        let shape: Shape = [
                            Int.random(in: 1...2, using: &random), 4, Int.random(in: 5...19, using: &random),
                            Int.random(in: 5...19, using: &random),
                        ]
                        let weightShape: Shape = [8, 4 / groups, kernel, kernel]
                        let (x, weight) = (random.tensor(shape), random.tensor(weightShape))
                        let bias = random.tensor([8])
                        let result = x.convolution2D(
                            weight: weight, bias: bias, stride: stride, padding: padding, groups: groups)
                        let expected = referenceConvolution(
                            x.values.map(Double.init), shape.dimensions, weight: weight.values.map(Double.init),
                            weightShape.dimensions, bias: bias.values.map(Double.init), stride: stride,
                            padding: padding, groups: groups)
                        // Terms of at most 1 in size: a rounding for each product and for each sum.
                        let terms = Double(4 / groups * kernel * kernel + 1)
                        let difference = compare(result.values, expected) { _ in
                            terms * (terms + 1) * Float.unitRoundoff
                        }
                        #expect(
                            difference.isWithinBounds,
                            "kernel \(kernel), stride \(stride), padding \(padding), groups \(groups): \(difference)")
                    }
                }
            }
        }
    }

    @Test("an activation is that of the finished convolution")
    func activation() {
        var random = SeededGenerator(seed: 102)
        let (x, weight, bias) = (random.tensor([1, 3, 9, 9]), random.tensor([5, 3, 3, 3]), random.tensor([5]))
        let plain = x.convolution2D(weight: weight, bias: bias, stride: 2, padding: 1)
        let active = x.convolution2D(weight: weight, bias: bias, stride: 2, padding: 1, activation: .relu)
        #expect(isIdentical(active, plain.relu()))
    }
}
