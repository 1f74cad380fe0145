import KernelInterface
import Tensors
import TestSupport
import Testing

@Suite struct ResamplingKernelTests {
    @Test("taps along a row and down the columns equal their plain twins", arguments: runnable)
    func taps(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 61)
        let taps = 5
        for count in kernels.sweptCounts where count < 2000 {
            let source = random.floats(taps * (count + 1) + 8)
            let weights = random.floats(taps * (count + 1))
            let first = (0..<count + 1).map { _ in Int32.random(in: 0...3, using: &random) }
            let lengths = (0..<count + 1).map { _ in Int32.random(in: 0...Int32(taps), using: &random) }
            // Terms of at most 1 in size: a rounding for each product and sum.
            let bound = Double(2 * taps * taps) * Float.unitRoundoff
            let (across, acrossIntact) = row(count, source) {
                kernels.resampleRow($0, $1, first: first, lengths: lengths, weights: weights, taps: taps, count: count)
            }
            let acrossExpected = (0..<count).map { column in
                (0..<Int(lengths[column])).reduce(0.0) {
                    $0 + Double(source[Int(first[column]) + $1]) * Double(weights[column * taps + $1])
                }
            }
            let acrossDifference = compare(across, acrossExpected) { _ in bound }
            #expect(acrossIntact && acrossDifference.isWithinBounds, "\(count): \(acrossDifference)")
            let (down, downIntact) = row(count, source) {
                kernels.blendRows($0, $1, stride: count, weights: weights, taps: taps, count: count)
            }
            let downExpected = (0..<count).map { column in
                (0..<taps).reduce(0.0) { $0 + Double(source[$1 * count + column]) * Double(weights[$1]) }
            }
            let downDifference = compare(down, downExpected) { _ in bound }
            #expect(downIntact && downDifference.isWithinBounds, "\(count): \(downDifference)")
        }
    }

    @Test("the strongest of several filters equals its plain twin", arguments: runnable)
    func strongest(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 62)
        let (filters, taps) = (3, 4)
        for count in kernels.sweptCounts where count < 2000 {
            let source = random.floats(count + 16)
            let places = (0..<filters * taps).map { _ in Int32.random(in: 0...8, using: &random) }
            let weights = random.floats(filters * taps)
            let (found, isIntact) = row(count, source) {
                kernels.strongestRow(
                    $0, $1, places: places, weights: weights, filters: filters, taps: taps, count: count)
            }
            let expected = (0..<count).map { x in
                (0..<filters).map { filter in
                    (0..<taps).reduce(0.0) {
                        $0 + Double(source[x + Int(places[filter * taps + $1])]) * Double(weights[filter * taps + $1])
                    }
                }.reduce(0) { abs($1) > abs($0) ? $1 : $0 }
            }
            let bound = Double(2 * taps * taps) * Float.unitRoundoff
            let difference = compare(found, expected) { _ in bound }
            #expect(isIntact && difference.isWithinBounds, "\(count): \(difference)")
        }
    }
}
