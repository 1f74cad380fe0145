import KernelInterface
import TestSupport
import Testing

@testable import Tensors

@Suite struct PixelConvolutionTests {
    /// Sides below, at and above the register tile, channels off every vector's width, passes of the depth that end
    /// inside a kernel's row.
    static let cases = [
        Case(height: 1, width: 1, inputs: 1, outputs: 1), Case(height: 5, width: 7, inputs: 3, outputs: 32),
        Case(height: 4, width: 12, inputs: 8, outputs: 33), Case(height: 3, width: 13, inputs: 17, outputs: 70),
        Case(height: 2, width: 26, inputs: 5, outputs: 9), Case(height: 4, width: 25, inputs: 100, outputs: 5),
    ]

    @Test("maps of any shape equal the plain twin", arguments: runnable, cases)
    func maps(_ instructionSet: CPUFeatures.InstructionSet, _ shape: Case) throws {
        let kernels = try #require(Kernels.named(instructionSet))
        var random = SeededGenerator(seed: 121)
        let x = random.tensor([shape.height, shape.width, shape.inputs])
        let kernel = random.tensor([shape.outputs, shape.inputs, 3, 3])
        let bias = random.tensor([shape.outputs])
        let weight = ConvolutionWeight(kernel, kernels: kernels)
        for stride in [1, 2, 3] {
            let found = x.convolution3x3(weight: weight, bias: bias, stride: stride)
            let expected = referenceConvolution(
                x.permuted([2, 0, 1]).values.map(Double.init), [1, shape.inputs, shape.height, shape.width],
                weight: kernel.values.map(Double.init), kernel.shape.dimensions, bias: bias.values.map(Double.init),
                stride: stride, padding: 1, groups: 1)
            let (height, width) = ((shape.height - 1) / stride + 1, (shape.width - 1) / stride + 1)
            #expect(found.shape == [height, width, shape.outputs])
            // Terms of at most 1 in size: a rounding for each product and for each sum.
            let terms = Double(9 * shape.inputs + 1)
            let difference = compare(found.permuted([2, 0, 1]).values, expected) { _ in
                terms * (terms + 1) * Float.unitRoundoff
            }
            #expect(difference.isWithinBounds, "stride \(stride), seed \(random.seed): \(difference)")
            let active = x.convolution3x3(weight: weight, bias: bias, stride: stride, activation: .gelu)
            #expect(active.shape == found.shape)
            let bent = compare(active.values, found.gelu().values.map(Double.init)) { _ in 2e-6 }
            #expect(bent.isWithinBounds, "GELU, stride \(stride): \(bent)")
        }
    }

    @Test("the same as the convolution of planes")
    func planes() {
        var random = SeededGenerator(seed: 122)
        let (x, kernel) = (random.tensor([11, 30, 24]), random.tensor([40, 24, 3, 3]))
        for stride in [1, 2] {
            let found = x.convolution3x3(weight: ConvolutionWeight(kernel), stride: stride)
            let planes = x.permuted([2, 0, 1]).expanded(axis: 0)
                .convolution2D(weight: kernel, stride: stride, padding: 1).squeezed(axis: 0)
            let difference = compare(found.permuted([2, 0, 1]).values, planes.values.map(Double.init)) { _ in
                2 * 216 * 217 * Float.unitRoundoff
            }
            #expect(difference.isWithinBounds, "stride \(stride), seed \(random.seed): \(difference)")
        }
    }

    @Test("bands of a map are the whole, byte for byte", arguments: [(1, 1), (9, 4), (10, 3), (16, 5)])
    func bands(_ height: Int, _ bandRows: Int) {
        var random = SeededGenerator(seed: 123)
        let x = random.tensor([height, 15, 20])
        let weight = ConvolutionWeight(random.tensor([24, 20, 3, 3]))
        let (bias, kernels) = (random.tensor([20]), [random.tensor([9, 20]), random.tensor([25, 20])])
        for stride in [1, 2] {
            func banded(
                _ whole: Tensor, side: Int = 3, _ make: @Sendable (Tensor, RowPadding) -> Tensor
            ) -> Tensor {
                Tensor.inBands(whole.shape, bandRows: bandRows) { rows in
                    let band = KernelBand(outputs: rows, height: height, stride: stride, side: side)
                    return make(x.slice(band.inputs), band.padding)
                }
            }
            let whole = x.convolution3x3(weight: weight, stride: stride)
            let parts = banded(whole) { $0.convolution3x3(weight: weight, stride: stride, padding: $1) }
            #expect(isIdentical(whole, parts), "stride \(stride), \(height) rows in bands of \(bandRows)")
            for (side, depthwise) in zip([3, 5], kernels) {
                let alone = x.depthwiseConvolution(weight: depthwise, bias: bias, stride: stride)
                let cut = banded(alone, side: side) {
                    $0.depthwiseConvolution(weight: depthwise, bias: bias, stride: stride, padding: $1)
                }
                #expect(isIdentical(alone, cut), "side \(side), stride \(stride), \(height) rows in \(bandRows)")
            }
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var height, width, inputs, outputs: Int
        var testDescription: String { "[\(height), \(width), \(inputs)] to \(outputs)" }
    }
}
