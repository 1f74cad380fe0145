import Foundation
import KernelInterface
import Tensors
import TestSupport
import Testing

@Suite struct PanelKernelTests {
    /// Rows of a panel that meet the tiles, what is left beside them, and nothing else.
    private let rowCounts = [1, 3, 8, 12, 37]

    /// A sum of products in any order: a rounding for each, of the sum of magnitudes.
    private func bound(_ left: [Double], _ right: [Double], _ count: Int) -> Double {
        Double(count + 2) * Float.unitRoundoff * zip(left, right).reduce(0) { $0 + abs($1.0 * $1.1) } + 1e-30
    }

    @Test("a panel turned, times packed panels, equals the plain product", arguments: runnable)
    func transposed(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        let width = kernels.tileColumns
        var random = SeededGenerator(seed: 301)
        for depth in rowCounts {
            let (panel, right) = (random.floats(depth * width), random.floats(2 * depth * width))
            // The blocks stand further apart than they are large.
            let apart = width * width + 5
            let (result, intact) = row(apart + width * width, panel) { out, panel in
                kernels.multiplyTransposedPanel(
                    out, stride: apart, panel, by: right, panelStride: depth * width, panels: 2, depth: depth)
            }
            #expect(intact)
            for (index, value) in result.enumerated() {
                let (block, place) = (index / apart, index % apart)
                if place >= width * width {
                    #expect(value == 12345)
                    continue
                }
                let column = (0..<depth).map { Double(panel[$0 * width + place / width]) }
                let factors = (0..<depth).map { Double(right[(block * depth + $0) * width + place % width]) }
                let expected = zip(column, factors).reduce(0) { $0 + $1.0 * $1.1 }
                #expect(
                    abs(Double(value) - expected) <= bound(column, factors, depth),
                    "\(depth) deep, block \(block), \(place): \(value), expected \(expected), seed \(random.seed)")
            }
        }
    }

    @Test("some columns of a panel, times packed panels, equal the plain product, also added", arguments: runnable)
    func rows(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        let width = kernels.tileColumns
        var random = SeededGenerator(seed: 302)
        for (rows, depth) in zip(rowCounts, [width, 1, width - 1, 3, width]) {
            let (panel, right) = (random.floats(rows * width), random.floats(2 * width * width))
            let columns = 2 * width
            for accumulate in [false, true] {
                let old: Float = accumulate ? 0.5 : 12345
                let (result, intact) = row(rows * columns, panel) { out, panel in
                    kernels.fillRow(out, with: old, count: rows * columns)
                    kernels.multiplyPanel(
                        out, stride: columns, panel, rows: rows, by: right, panelStride: width * width, panels: 2,
                        depth: depth, accumulate: accumulate)
                }
                #expect(intact)
                for (index, value) in result.enumerated() {
                    let (row, column) = (index / columns, index % columns)
                    let left = (0..<depth).map { Double(panel[row * width + $0]) } + [accumulate ? 1 : 0]
                    let factors =
                        (0..<depth).map { Double(right[(column / width * width + $0) * width + column % width]) }
                        + [0.5]
                    let expected = zip(left, factors).reduce(0) { $0 + $1.0 * $1.1 }
                    #expect(
                        abs(Double(value) - expected) <= bound(left, factors, depth + 1),
                        "\(rows) rows, \(depth) deep, \(index): \(value), expected \(expected), seed \(random.seed)")
                }
            }
        }
    }

    @Test("powers, maxima and sums down the columns equal the plain twin", arguments: runnable)
    func exponentials(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        let width = kernels.tileColumns
        var random = SeededGenerator(seed: 303)
        for rows in rowCounts {
            let values = random.floats(rows * width, in: -12...12)
            var maxima = [Float](repeating: 0, count: width)
            var sums = maxima
            let (result, intact) = row(rows * width, values) { out, values in
                kernels.copyRow(out, values, count: rows * width)
                kernels.exponentialColumns(out, maxima: &maxima, sums: &sums, rows: rows)
            }
            #expect(intact)
            for column in 0..<width {
                let own = (0..<rows).map { values[$0 * width + column] }
                let greatest = own.reduce(-.infinity, max)
                #expect(maxima[column] == greatest)
                let powers = own.map { exp(Double($0) - Double(greatest)) }
                for (row, power) in powers.enumerated() {
                    // 4 roundings of the power, and of its argument, which is at most 24, one.
                    #expect(abs(Double(result[row * width + column]) - power) <= 28 * Float.unitRoundoff * power)
                }
                let total = powers.reduce(0, +)
                #expect(abs(Double(sums[column]) - total) <= Double(28 + rows) * Float.unitRoundoff * total)
            }
        }
        var broken = [Float](repeating: 0, count: width)
        broken[3] = .nan
        var (maxima, sums) = (broken, broken)
        kernels.exponentialColumns(&broken, maxima: &maxima, sums: &sums, rows: 1)
        #expect(sums[3].isNaN && sums[2] == 1)
    }

    @Test("softmax down the columns in groups equals the plain twin", arguments: runnable)
    func softmax(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        let width = kernels.tileColumns
        var random = SeededGenerator(seed: 304)
        for rows in rowCounts {
            let groups = 3
            let values = random.floats(groups * rows * width, in: -12...12)
            let offsets = random.floats(groups * rows, in: -3...3)
            let (result, intact) = row(groups * rows * width, values) { out, values in
                kernels.copyRow(out, values, count: groups * rows * width)
                kernels.softmaxColumnGroups(out, offsets: offsets, groups: groups, rows: rows)
            }
            #expect(intact)
            for place in 0..<groups * width {
                let (group, column) = (place / width, place % width)
                let range = group * rows..<(group + 1) * rows
                let logits = range.map { Double(values[$0 * width + column]) + Double(offsets[$0]) }
                for (row, share) in zip(range, referenceSoftmax(logits)) {
                    // Powers, each off by 4 and by the roundings of arguments of up to 15 and 30; their sum; two more.
                    let allowed = Double(2 * (4 + 15 + 30) + rows + 2) * Float.unitRoundoff * share
                    #expect(
                        abs(Double(result[row * width + column]) - share) <= allowed,
                        "\(rows) rows, \(row), \(column), seed \(random.seed)")
                }
            }
        }
    }

    @Test("rows filled with a value each, and columns scaled and added, equal the plain twins", arguments: runnable)
    func fillAndAdd(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        let width = kernels.tileColumns
        var random = SeededGenerator(seed: 305)
        for rows in rowCounts {
            let values = random.floats(rows)
            let (filled, filledIntact) = row(rows * width, values) { kernels.fillPanelRows($0, with: $1, rows: rows) }
            #expect(filledIntact && filled == (0..<rows * width).map { values[$0 / width] })
            for columns in [1, width - 1, 3 * width + 2] {
                let (source, factors) = (random.floats(rows * columns), random.floats(columns))
                let (sums, intact) = row(rows * columns, source) { out, source in
                    kernels.fillRow(out, with: 0.75, count: rows * columns)
                    kernels.addScaledColumns(out, source, by: factors, rows: rows, columns: columns)
                }
                let expected = source.indices.map { 0.75 + Double(source[$0]) * Double(factors[$0 % columns]) }
                // Two roundings of at most 1.75.
                let difference = compare(sums, expected) { _ in 2 * 1.75 * Float.unitRoundoff }
                #expect(intact && difference.isWithinBounds, "\(rows) x \(columns): \(difference)")
            }
        }
    }

    @Test("the normalised sum of two panels, and that in its place, equal the plain twin", arguments: runnable)
    func normalizedSum(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        let width = kernels.tileColumns
        var random = SeededGenerator(seed: 306)
        for rows in rowCounts {
            let (old, source) = (random.floats(rows * width, in: -1...3), random.floats(rows * width))
            let position = random.floats(rows * width)
            let (weight, bias) = (random.floats(rows), random.floats(rows))
            var placed = [Float](repeating: 0, count: rows * width)
            let (result, intact) = row(rows * width, old) { out, old in
                kernels.copyRow(out, old, count: rows * width)
                kernels.normalizePanelSum(
                    out, placed: &placed, source, position: position, weight: weight, bias: bias, epsilon: 1e-5,
                    rows: rows)
            }
            #expect(intact)
            for column in 0..<width {
                let sum = (0..<rows).map { Double(old[$0 * width + column]) + Double(source[$0 * width + column]) }
                let expected = referenceLayerNorm(
                    sum, weight: weight.map(Double.init), bias: bias.map(Double.init), epsilon: Double(Float(1e-5)))
                let deviation =
                    (sum.map { $0 - sum.reduce(0, +) / Double(rows) }.map { $0 * $0 }.reduce(0, +)
                    / Double(rows) + 1e-5).squareRoot()
                for row in 0..<rows {
                    let place = row * width + column
                    // The sum and the mean are off by a rounding a row of at most 4; the scale by half as many, relative.
                    let allowed =
                        Float.unitRoundoff
                        * (Double(2 * rows + 6) * 4 / deviation * abs(Double(weight[row]))
                            + Double(rows + 12) * abs(expected[row] - Double(bias[row])) + 2)
                    #expect(
                        abs(Double(result[place]) - expected[row]) <= allowed,
                        "\(rows) rows, \(place): \(result[place]), expected \(expected[row]), seed \(random.seed)")
                    #expect(placed[place] == result[place] + position[place])
                }
            }
        }
    }
}
