import KernelInterface
import TestSupport
import Testing

@testable import Tensors

@Suite struct DepthwiseTests {
    @Test(
        "a row of every width, stride and channel count equals the plain twin, beside the map's edges too",
        arguments: runnable, [3, 5])
    func kernel(_ instructionSet: CPUFeatures.InstructionSet, side: Int) throws {
        let kernels = try #require(Kernels.named(instructionSet))
        var random = SeededGenerator(seed: 111)
        let lanes = kernels.laneCount
        for channels in [1, lanes - 1, lanes, lanes + 1, 3 * lanes + 2] {
            for width in [1, 2, 3, 4, 8, 9] {
                for (stride, centre) in [(1, 0), (1, side / 2), (1, side - 1), (2, side / 2)] {
                    let outWidth = (width - 1) / stride + 1
                    let x = random.tensor([side, width, channels])
                    let (weight, bias) = (random.tensor([side * side, channels]), random.tensor([channels]))
                    let (values, factors, offsets) = (x.values, weight.values, bias.values)
                    let zeros = [Float](repeating: 0, count: width * channels)
                    let found = row(outWidth * channels, values) { out, source in
                        kernels.convolveChannelsRow(
                            out, width: outWidth, firstRow: centre - side / 2, source, height: side, width: width,
                            channels: channels, zeros: zeros, weight: factors, side: side, bias: offsets,
                            stride: stride)
                    }
                    #expect(found.guardsIntact)
                    let expected = Self.expected(x, weight, bias, stride: stride, centre: centre)
                    let difference = compare(found.row, expected.centre) { _ in Self.bound(side) }
                    #expect(
                        difference.isWithinBounds,
                        "\(channels) channels, width \(width), stride \(stride), seed \(random.seed): \(difference)")
                }
            }
        }
    }

    /// One rounding for each place and the bias, of sums of that size.
    private static func bound(_ side: Int) -> Double {
        Double((side * side + 1) * (side * side + 2)) * Float.unitRoundoff
    }

    @Test(
        "maps of any shape equal the plain twin",
        arguments: [(1, 1, 1), (5, 7, 20), (8, 8, 33), (2, 1, 64), (1, 9, 16)])
    func maps(_ height: Int, _ width: Int, _ channels: Int) {
        var random = SeededGenerator(seed: 112)
        let x = random.tensor([height, width, channels])
        for (side, stride) in [(3, 1), (3, 2), (5, 1), (5, 2)] {
            let (weight, bias) = (random.tensor([side * side, channels]), random.tensor([channels]))
            let result = x.depthwiseConvolution(weight: weight, bias: bias, stride: stride)
            let expected = Self.expected(x, weight, bias, stride: stride)
            #expect(result.shape == [expected.height, expected.width, channels])
            let difference = compare(result.values, expected.values) { _ in Self.bound(side) }
            #expect(difference.isWithinBounds, "side \(side), stride \(stride), seed \(random.seed): \(difference)")
            let active = x.depthwiseConvolution(weight: weight, bias: bias, stride: stride, activation: .gelu)
            #expect(isIdentical(active, result.gelu()))
            let clamped = x.depthwiseConvolution(weight: weight, bias: bias, stride: stride, activation: .relu6)
            #expect(clamped.values == result.values.map { min(max($0, 0), 6) })
        }
    }

    /// The plain twin goes over planes; its result comes back with the channels together.
    private static func expected(_ x: Tensor, _ weight: Tensor, _ bias: Tensor, stride: Int, centre: Int = 0)
        -> Expected
    {
        let side = weight.shape[0] == 9 ? 3 : 5
        let (height, width, channels) = (x.shape[0], x.shape[1], x.shape[2])
        let planes = x.permuted([2, 0, 1]).values.map(Double.init)
        let kernels = weight.transposed().values.map(Double.init)
        // With every row as a centre: rows are skipped afterwards, so that a kernel of one row can be compared too.
        let full = referenceConvolution(
            planes, [1, channels, height, width], weight: kernels, [channels, 1, side, side],
            bias: bias.values.map(Double.init), stride: 1, padding: side / 2, groups: channels)
        let (outHeight, outWidth) = ((height - 1) / stride + 1, (width - 1) / stride + 1)
        func value(_ y: Int, _ x: Int, _ channel: Int) -> Double { full[(channel * height + y) * width + x] }
        return Expected(
            height: outHeight, width: outWidth,
            values: (0..<outHeight).flatMap { y in
                (0..<outWidth).flatMap { x in (0..<channels).map { value(y * stride, x * stride, $0) } }
            },
            centre: (0..<outWidth).flatMap { x in (0..<channels).map { value(centre, x * stride, $0) } })
    }

    private struct Expected {
        var height: Int
        var width: Int
        var values: [Double]
        /// The row whose kernel's centre stands on this input row.
        var centre: [Double]
    }
}
