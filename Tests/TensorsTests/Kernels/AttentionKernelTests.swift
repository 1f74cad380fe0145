import Foundation
import KernelInterface
import Tensors
import TestSupport
import Testing

@Suite struct AttentionKernelTests {
    @Test("grid terms stand before the logits of any keys of the grid, row by row", arguments: runnable)
    func gridTerms(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 71)
        let queries = 2
        for width in kernels.sweptCounts where width > 0 && width < 70 {
            let height = 4
            let room = kernels.laneCount
            let termStride = max(width, height) + room
            let (rows, columns) = (random.floats(queries * termStride), random.floats(queries * termStride))
            for (first, count) in [(0, height * width), (width / 2, 2 * width), (width, 3 * width), (width - 1, 1)] {
                let stride = count + room
                let (result, intact) = row(queries * stride, []) { out, _ in
                    kernels.spreadGridTerms(
                        out, stride: stride, rowTerms: rows, columnTerms: columns, termStride: termStride,
                        rows: queries, first: first, count: count, gridWidth: width)
                }
                #expect(intact)
                for query in 0..<queries {
                    for key in 0..<count {
                        let (y, x) = ((first + key) / width, (first + key) % width)
                        let expected = rows[query * termStride + y] + columns[query * termStride + x]
                        #expect(result[query * stride + key] == expected, "\(width), keys from \(first), key \(key)")
                    }
                }
            }
        }
    }

    @Test("rows are divided each by its own number", arguments: runnable)
    func division(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 73)
        for columns in kernels.sweptCounts where columns > 0 && columns < 100 {
            let (rows, sourceStride) = (3, columns + 4)
            let x = random.floats(rows * sourceStride)
            let divisors = random.floats(rows, in: 1...4)
            let (result, intact) = row(rows * columns, x) {
                kernels.divideRows(
                    $0, stride: columns, $1, stride: sourceStride, by: divisors, rows: rows, columns: columns)
            }
            #expect(intact)
            for place in result.indices {
                let row = place / columns
                #expect(result[place] == x[row * sourceStride + place % columns] / divisors[row], "\(columns)")
            }
        }
    }

    @Test("blocks of logits folded one after the other are a softmax of powers of two over all", arguments: runnable)
    func folding(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
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
                line += [Float](repeating: 99, count: padded - count + kernels.laneCount)
                kernels.foldSoftmaxRows(
                    &line, stride: line.count, rows: 1, count: count, seen: count, seenStep: 0, padded: padded,
                    maxima: &maximum, sums: &sum, accumulator: &accumulator, width: 1)
                #expect(line[count..<padded].allSatisfy { $0 == 0 })
                accumulator[0] += zip(line, 0..<count).reduce(0) { $0 + $1.0 * Float($1.1 + block * count) }
            }
            let expected = referenceSoftmax(logits.map { Double($0) * log(2) }).enumerated().reduce(0.0) {
                $0 + Double($1.offset) * $1.element
            }
            // All terms are positive: relative roundings of the powers (the polynomial's and that of the difference, of at
            // most 20, twice), the running scale (as much again a block) and one for each of the sums.
            let roundings = Double(2 * (24 + 24 * blocks) + 4 * blocks * count)
            let relative = abs(Double(accumulator[0] / sum) - expected) / expected
            #expect(relative <= roundings * Float.unitRoundoff, "\(count): \(relative), seed \(random.seed)")
        }
    }

    @Test("one NaN or plus infinity among the logits makes the whole row NaN, wherever it stands", arguments: runnable)
    func poisonedFolding(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        let count = 5 * kernels.laneCount - 1
        for poison in [Float.nan, -Float.nan, Float.infinity] {
            for place in 0..<count {
                var line = [Float](repeating: 0.5, count: count + 1 + kernels.laneCount)
                line[place] = poison
                var (maximum, sum) = (-Float.infinity, Float(0))
                var accumulator: [Float] = [1]
                kernels.foldSoftmaxRows(
                    &line, stride: line.count, rows: 1, count: count, seen: count, seenStep: 0, padded: count + 1,
                    maxima: &maximum, sums: &sum, accumulator: &accumulator, width: 1)
                #expect(sum.isNaN, "\(poison) at \(place)")
            }
        }
    }

    @Test("each row of a tile sees its own number of keys and has its own maximum", arguments: runnable)
    func foldingRows(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 74)
        let (rows, count, width) = (4, 2 * kernels.laneCount - 3, 3)
        let padded = 2 * kernels.laneCount
        let stride = padded + kernels.laneCount
        for (seen, step) in [(count, 0), (-1, 1), (count - 2, 1)] {
            let logits = random.floats(rows * stride, in: -9...9)
            var scores = logits
            var (maxima, sums) = ([Float](repeating: -.infinity, count: rows), [Float](repeating: 0, count: rows))
            var accumulator = random.floats(rows * width)
            kernels.foldSoftmaxRows(
                &scores, stride: stride, rows: rows, count: count, seen: seen, seenStep: step, padded: padded,
                maxima: &maxima, sums: &sums, accumulator: &accumulator, width: width)
            for row in 0..<rows {
                let visible = min(count, max(0, seen + row * step))
                let own = logits[row * stride..<row * stride + visible]
                #expect(maxima[row] == own.max() ?? -.infinity)
                let weights = own.map { exp2(Double($0) - Double(maxima[row])) }
                let expected = weights + [Double](repeating: 0, count: padded - visible)
                let difference = compare(Array(scores[row * stride..<row * stride + padded]), expected) {
                    // The difference of two numbers below 9 in size is rounded once, to 1e-6; then 4 roundings.
                    $0 < visible ? 4 * Float.unitRoundoff + 1e-6 : 0
                }
                #expect(difference.isWithinBounds, "row \(row): \(difference), seed \(random.seed)")
                #expect(abs(Double(sums[row]) - weights.reduce(0, +)) < 1e-4)
            }
        }
    }
}
