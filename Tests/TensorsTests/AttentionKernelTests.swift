import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct AttentionKernelTests {
    @Test("grid terms are added to the logits", arguments: runnable)
    func gridTerms(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(KernelTable.named(set))
        var random = SeededGenerator(seed: 71)
        for width in kernels.sweptCounts where width > 0 && width < 200 {
            let height = 3
            let scores = random.floats(height * width)
            let (rows, columns) = (random.floats(height), random.floats(width))
            let (result, intact) = row(height * width, scores) { out, source in
                kernels.copyRows(out, height * width, source, height * width, 1, height * width)
                kernels.addGridTermsRow(out, rows, columns, height, width)
            }
            let difference = compare(
                result,
                scores.indices.map {
                    Double(scores[$0]) + Double(rows[$0 / width]) + Double(columns[$0 % width])
                }
            ) { _ in
                // Two sums of values of at most 3 in size.
                2 * 3 * Float.unitRoundoff
            }
            #expect(intact && difference.isWithinBounds, "\(width): \(difference)")
        }
    }

    @Test("folding blocks of logits one after the other is a softmax over all of them", arguments: runnable)
    func folding(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(KernelTable.named(set))
        var random = SeededGenerator(seed: 72)
        for count in kernels.sweptCounts where count > 0 && count < 2000 {
            let blocks = 3
            var logits = random.floats(blocks * count, in: -10...10)
            // A first block that is masked entirely must leave no trace.
            for index in 0..<count { logits[index] = -.infinity }
            var maximum = -Float.infinity
            var sum: Float = 0
            var accumulator: [Float] = [0]
            for block in 0..<blocks {
                var line = Array(logits[(block * count)..<((block + 1) * count)])
                let padded = (count / kernels.laneCount + 1) * kernels.laneCount
                line += [Float](repeating: 99, count: padded - count)
                kernels.foldSoftmaxRow(&line, count, padded, &maximum, &sum, &accumulator, 1)
                #expect(line.dropFirst(count).allSatisfy { $0 == 0 })
                accumulator[0] += zip(line, 0..<count).reduce(0) { $0 + $1.0 * Float($1.1 + block * count) }
            }
            let expected = referenceSoftmax(logits.map(Double.init)).enumerated().reduce(0.0) {
                $0 + Double($1.offset) * $1.element
            }
            // All terms are positive: relative roundings of the powers (4 and 20 of the argument, twice), the running
            // scale (as much again a block) and one for each of the sums.
            let roundings = Double(2 * (24 + 24 * blocks) + 4 * blocks * count)
            let relative = abs(Double(accumulator[0] / sum) - expected) / expected
            #expect(relative <= roundings * Float.unitRoundoff, "\(count): \(relative), seed \(random.seed)")
        }
    }

    @Test("one NaN or plus infinity among the logits makes the whole row NaN, wherever it stands", arguments: runnable)
    func poisonedFolding(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(KernelTable.named(set))
        let count = 5 * kernels.laneCount - 1
        for poison in [Float.nan, -Float.nan, Float.infinity] {
            for place in 0..<count {
                var line = [Float](repeating: 0.5, count: count + 1)
                line[place] = poison
                var (maximum, sum) = (-Float.infinity, Float(0))
                var accumulator: [Float] = [1]
                kernels.foldSoftmaxRow(&line, count, count + 1, &maximum, &sum, &accumulator, 1)
                #expect(sum.isNaN, "\(poison) at \(place)")
            }
        }
    }
}
