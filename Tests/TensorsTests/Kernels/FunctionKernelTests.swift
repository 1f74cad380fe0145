import Foundation
import KernelInterface
import Tensors
import TestSupport
import Testing

@Suite struct FunctionKernelTests {
    /// Every magnitude a network meets, and the ends of the range.
    private func arguments(_ random: inout SeededGenerator, _ count: Int, _ range: ClosedRange<Float>) -> [Float] {
        let special: [Float] = [0, -0.0, 1e-30, -1e-30, 1, -1, range.lowerBound, range.upperBound]
        return Array((special + random.floats(count, in: range)).prefix(count))
    }

    @Test(
        "exp is within 2 units in the last place, down to the smallest numbers and up to infinity", arguments: runnable)
    func exponential(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 31)
        var worst = 0.0
        for count in kernels.sweptCounts + [100_003] {
            for range in [Float(-110)...95, -1...1] {
                let x = arguments(&random, count, range)
                let (result, intact) = row(count, x) { kernels.exponentialRow($0, $1, count: count) }
                #expect(intact)
                for (argument, value) in zip(x, result) {
                    let expected = exp(Double(argument))
                    if Float(expected).isInfinite || value.isInfinite {
                        #expect(value == Float(expected), "exp(\(argument)), seed \(random.seed)")
                    } else {
                        let ulps = abs(Double(value) - expected) / Double(Float(expected).ulp)
                        worst = max(worst, ulps)
                        #expect(ulps <= 2, "exp(\(argument)) = \(value), \(ulps) ulp, seed \(random.seed)")
                    }
                }
            }
        }
        let (special, _) = row(4, [.infinity, -.infinity, .nan, 1e30]) { kernels.exponentialRow($0, $1, count: 4) }
        #expect(special[0] == .infinity && special[1] == 0 && special[2].isNaN && special[3] == .infinity)
        #expect(worst > 0)
    }

    @Test("GELU is within 1e-6 of its value in Double", arguments: runnable)
    func gelu(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 32)
        for count in kernels.sweptCounts + [50_021] {
            let x = arguments(&random, count, -15...15)
            let (result, intact) = row(count, x) { kernels.geluRow($0, $1, count: count) }
            // Above 8 the result is x within a rounding; below, the stated 1e-6.
            let difference = compare(result, x.map { referenceGELU(Double($0)) }) {
                max(1e-6, 1.01 * abs(Double(x[$0])) * Float.unitRoundoff * 2)
            }
            #expect(intact && difference.isWithinBounds, "\(count), seed \(random.seed): \(difference)")
        }
        let (special, _) = row(4, [.infinity, -.infinity, .nan, -100]) { kernels.geluRow($0, $1, count: 4) }
        #expect(special[0] == .infinity && special[1] == 0 && special[2].isNaN && special[3] == 0)
    }

    @Test("QuickGELU, sigmoid, ReLU and the square root equal their plain twins", arguments: runnable)
    func others(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 33)
        for count in kernels.sweptCounts {
            let x = arguments(&random, count, -40...40)
            let (sigmoid, _) = row(count, x) { kernels.sigmoidRow($0, $1, count: count) }
            // exp: 2 ulp = 4 roundings; the sum and the quotient one each.
            let sigmoidDifference = compare(sigmoid, x.map { referenceSigmoid(Double($0)) }) {
                6 * Float.unitRoundoff * referenceSigmoid(Double(x[$0]))
            }
            #expect(sigmoidDifference.isWithinBounds, "sigmoid of \(count): \(sigmoidDifference)")
            let (quick, _) = row(count, x) { kernels.quickGELURow($0, $1, count: count) }
            // The power: 4 roundings, and that of its argument times its size; the sum, the product, the quotient and the
            // difference: one each.
            let quickDifference = compare(quick, x.map { referenceQuickGELU(Double($0)) }) {
                (8 + 1.702 * abs(Double(x[$0]))) * Float.unitRoundoff * abs(referenceQuickGELU(Double(x[$0])))
                    + 1e-30
            }
            #expect(quickDifference.isWithinBounds, "QuickGELU of \(count): \(quickDifference)")
            let (relu, _) = row(count, x) { kernels.reluRow($0, $1, count: count) }
            #expect(relu == x.map { max($0, 0) })
            let (root, intact) = row(count, x) { kernels.squareRootRow($0, $1, count: count) }
            #expect(intact && zip(root, x).allSatisfy { $1 < 0 ? $0.isNaN : $0 == $1.squareRoot() })
        }
        let (special, _) = row(3, [.nan, .infinity, -.infinity]) { kernels.reluRow($0, $1, count: 3) }
        #expect(special[0].isNaN && special[1] == .infinity && special[2] == 0)
        let extremes: [Float] = [.nan, -.nan, Float(bitPattern: 0xFF80_0123), .infinity, -.infinity, -100, -1e30, 1e30]
        let (quick, _) = row(8, extremes) { kernels.quickGELURow($0, $1, count: 8) }
        #expect(quick[0].isNaN && quick[1].isNaN && quick[2].isNaN)
        #expect(Array(quick.dropFirst(3)) == [.infinity, 0, 0, 0, 1e30], "\(quick)")
    }

    @Test("softmax rows equal their plain twin and sum to one", arguments: runnable)
    func softmax(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 34)
        for count in kernels.sweptCounts {
            let x = random.floats(count, in: -20...20)
            let (result, intact) = row(count, x) { kernels.softmaxRow($0, $1, count: count) }
            let expected = referenceSoftmax(x.map(Double.init))
            // A power: 4 roundings and that of its argument, up to 40 in size; the sum: one a term; the quotient: one.
            let difference = compare(result, expected) {
                (2 * (4 + 40) + Double(count) + 1) * Float.unitRoundoff * expected[$0] + 1e-37
            }
            #expect(intact && difference.isWithinBounds, "\(count), seed \(random.seed): \(difference)")
            if count > 0 { #expect(abs(result.reduce(0.0) { $0 + Double($1) } - 1) < 1e-5) }
        }
        for bad in [Float.nan, .infinity] {
            let (result, _) = row(5, [1, 2, bad, 0, 1]) { kernels.softmaxRow($0, $1, count: 5) }
            #expect(result.allSatisfy { $0.isNaN })
        }
        let (masked, _) = row(3, [-.infinity, 1, -.infinity]) { kernels.softmaxRow($0, $1, count: 3) }
        #expect(masked == [0, 1, 0])
        let (empty, _) = row(2, [-.infinity, -.infinity]) { kernels.softmaxRow($0, $1, count: 2) }
        #expect(empty.allSatisfy { $0.isNaN })
    }

    @Test("finishing a product adds the bias, applies the activation and adds the residual", arguments: runnable)
    func finishing(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        let activations: [(RowActivation, (Double) -> Double)] = [
            (.none, { $0 }), (.gelu, referenceGELU), (.quickGELU, referenceQuickGELU), (.relu, { max($0, 0) }),
            (.relu6, { min(max($0, 0), 6) }),
        ]
        var random = SeededGenerator(seed: 36)
        for count in kernels.sweptCounts where count > 0 {
            let (x, bias, residual) = (
                random.floats(count, in: -4...8), random.floats(count), random.floats(count, in: -2...2)
            )
            for (name, activation) in activations {
                for (step, adds) in [(1, true), (0, true), (1, false), (0, false)] {
                    let (result, intact) = row(count, x) {
                        kernels.finishRows(
                            $0, stride: count, $1, stride: count, bias: bias, biasRowStep: 0, biasStep: step,
                            activation: name, residual: adds ? residual : nil, residualStride: count, rows: 1,
                            columns: count)
                    }
                    let expected = x.indices.map {
                        activation(Double(x[$0]) + Double(bias[step * $0])) + (adds ? Double(residual[$0]) : 0)
                    }
                    // The bias's rounding is passed on by slopes below 1.2; GELU's own 1e-6; QuickGELU's nine roundings.
                    let difference = compare(result, expected) { _ in 2e-6 + 16 * 5 * Float.unitRoundoff }
                    #expect(intact && difference.isWithinBounds, "\(count), \(name), \(step): \(difference)")
                }
            }
            let (plain, _) = row(count, x) {
                kernels.finishRows(
                    $0, stride: count, $1, stride: count, bias: nil, biasRowStep: 0, biasStep: 0, activation: .none,
                    residual: nil, residualStride: count, rows: 1, columns: count)
            }
            #expect(plain == x)
        }
        let bad: [Float] = [.nan, .infinity, -.infinity, 7, -1, 6, 0]
        for activation in [RowActivation.relu6, .relu] {
            let (result, _) = row(bad.count, bad) {
                kernels.finishRows(
                    $0, stride: bad.count, $1, stride: bad.count, bias: nil, biasRowStep: 0, biasStep: 0,
                    activation: activation, residual: nil, residualStride: 0, rows: 1, columns: bad.count)
            }
            #expect(result[0].isNaN)
            let upper: Float = activation == .relu6 ? 6 : .infinity
            #expect(Array(result.dropFirst()) == bad.dropFirst().map { min(max($0, 0), upper) })
        }
    }

    @Test("rows are finished each at its own stride, with its own bias", arguments: runnable)
    func finishingRows(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 37)
        let (rows, columns) = (3, kernels.tileColumns + 1)
        let (outStride, sourceStride, residualStride) = (columns + 5, columns + 2, columns + 9)
        let (x, residual) = (random.floats(rows * sourceStride), random.floats(rows * residualStride))
        let bias = random.floats(rows + columns)
        for (rowStep, step) in [(0, 1), (1, 0)] {
            let (result, intact) = row(rows * outStride, x) { out, source in
                kernels.fillRow(out, with: 7, count: rows * outStride)
                kernels.finishRows(
                    out, stride: outStride, source, stride: sourceStride, bias: bias, biasRowStep: rowStep,
                    biasStep: step, activation: .none, residual: residual, residualStride: residualStride, rows: rows,
                    columns: columns)
            }
            #expect(intact)
            for place in result.indices {
                let (row, column) = (place / outStride, place % outStride)
                let expected =
                    column < columns
                    ? x[row * sourceStride + column] + bias[row * rowStep + column * step]
                        + residual[row * residualStride + column] : 7
                #expect(result[place] == expected, "row \(row), column \(column)")
            }
        }
    }
}
