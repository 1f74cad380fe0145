import KernelInterface
import Tensors
import TestSupport
import Testing

@Suite struct ReductionKernelTests {
    private let unit = Float.unitRoundoff

    @Test("sums, dots and squared deviations equal their plain twins", arguments: runnable)
    func sums(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 11)
        for count in kernels.sweptCounts {
            let x = random.floats(count + 1, in: -3...5)
            let y = random.floats(count + 1, in: -2...2)
            let (left, right) = (x.prefix(count).map(Double.init), y.prefix(count).map(Double.init))
            // Any order of adding n terms makes at most n roundings of partial sums, each at most the sum of magnitudes;
            // a product, and each side of a difference, adds one rounding a term.
            let roundings = Double(count) * unit
            let sum = kernels.sumRow(x, count: count)
            #expect(
                abs(Double(sum) - left.reduce(0, +)) <= roundings * left.reduce(0) { $0 + abs($1) },
                "sum of \(count), seed \(random.seed)")
            let products = zip(left, right).map(*)
            let dot = kernels.dotRow(x, y, count: count)
            #expect(
                abs(Double(dot) - products.reduce(0, +)) <= (roundings + unit) * products.reduce(0) { $0 + abs($1) },
                "dot of \(count), seed \(random.seed)")
            let squares = left.map { ($0 - 1.5) * ($0 - 1.5) }.reduce(0, +)
            let deviation = kernels.squaredDeviationRow(x, from: 1.5, count: count)
            #expect(
                abs(Double(deviation) - squares) <= (roundings + 4 * unit) * squares,
                "squared deviation of \(count), seed \(random.seed)")
        }
    }

    @Test("the maximum is exact, and NaN if there is one", arguments: runnable)
    func maximum(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 12)
        for count in kernels.sweptCounts {
            var x = random.floats(count + 1, in: -9...(-2))
            #expect(kernels.maximumRow(x, count: count) == x.prefix(count).max() ?? -.infinity, "\(count)")
            for place in [0, count / 2, count - 1] where count > 0 {
                let kept = x[place]
                x[place] = .nan
                #expect(kernels.maximumRow(x, count: count).isNaN, "NaN at \(place) of \(count)")
                x[place] = kept
            }
            let y = random.floats(count, in: -9...(-2))
            let (both, intact) = row(count, y) { out, source in
                kernels.copyRow(out, x, count: count)
                kernels.maximumRows(out, source, count: count)
            }
            #expect(intact && both == zip(x, y).map(max), "\(count)")
        }
    }
}
