import KernelInterface
import Tensors
import TestSupport
import Testing

@Suite struct ElementwiseKernelTests {
    @Test("arithmetic of rows is exact, with rows or single values on either side", arguments: runnable)
    func arithmetic(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 21)
        let operations: [(RowOperation, (Float, Float) -> Float)] = [
            (.add, +), (.subtract, -), (.multiply, *), (.divide, /),
        ]
        for count in kernels.sweptCounts {
            let x = random.floats(count + 1)
            let y = random.floats(count + 1, in: 0.5...2)
            for (name, operation) in operations {
                for (leftStep, rightStep) in [(1, 1), (0, 1), (1, 0), (0, 0)] {
                    let (result, intact) = row(count, x) { out, source in
                        kernels.combineRow(name, out, source, step: leftStep, y, step: rightStep, count: count)
                    }
                    let expected = (0..<count).map { operation(x[$0 * leftStep], y[$0 * rightStep]) }
                    #expect(intact && result == expected, "operation \(name), steps \(leftStep) \(rightStep), \(count)")
                }
            }
        }
    }

    @Test("multiply-add, scale, clamp and fill equal their plain twins", arguments: runnable)
    func others(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 22)
        for count in kernels.sweptCounts {
            let x = random.floats(count)
            let (sum, sumIntact) = row(count, x) { out, source in
                kernels.fillRow(out, with: 0.25, count: count)
                kernels.addScaledRow(out, source, by: 0.7, count: count)
            }
            // One rounding with a fused instruction, two without: of the product and of the sum.
            let difference = compare(sum, x.map { 0.25 + Double($0) * Double(Float(0.7)) }) { _ in
                2 * Float.unitRoundoff * 1
            }
            #expect(sumIntact && difference.isWithinBounds, "multiply-add of \(count): \(difference)")
            let (scaled, scaledIntact) = row(count, x) { out, source in
                kernels.copyRow(out, source, count: count)
                kernels.scaleRow(out, by: 0.3, count: count)
            }
            #expect(scaledIntact && scaled == x.map { $0 * 0.3 }, "\(count)")
            var withNaN = x
            if count > 2 { withNaN[count - 2] = .nan }
            let (clamped, clampedIntact) = row(count, withNaN) {
                kernels.clampRow($0, $1, from: -0.5, to: 0.25, count: count)
            }
            #expect(
                clampedIntact
                    && zip(clamped, withNaN).allSatisfy { $1.isNaN ? $0.isNaN : $0 == min(max($1, -0.5), 0.25) })
        }
    }

    @Test("copies, gathers and transpositions move every element to its place", arguments: runnable)
    func copies(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 23)
        for (rows, columns) in [(0, 3), (1, 1), (3, 17), (17, 16), (33, 5), (20, 131)] {
            let x = random.floats(rows * columns + 1)
            let (transposed, intact) = row(rows * columns, x) {
                kernels.transposeRows($0, stride: rows, $1, stride: columns, rows: rows, columns: columns)
            }
            let expected = (0..<rows * columns).map { x[($0 % max(rows, 1)) * columns + $0 / max(rows, 1)] }
            #expect(intact && transposed == expected, "\(rows) x \(columns)")
            let (column, columnIntact) = row(rows, x) { kernels.gatherRow($0, $1, step: columns, count: rows) }
            #expect(columnIntact && column == (0..<rows).map { x[$0 * columns] })
            let (wider, widerIntact) = row(rows * (columns + 2), x) { out, source in
                kernels.fillRow(out, with: 7, count: rows * (columns + 2))
                kernels.copyRows(out, stride: columns + 2, source, stride: columns, rows: rows, columns: columns)
            }
            let padded = (0..<rows).flatMap { row -> [Float] in
                Array(x[(row * columns)..<((row + 1) * columns)]) + [7, 7]
            }
            #expect(widerIntact && wider == padded)
        }
    }
}
