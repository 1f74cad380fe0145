import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite(.serialized) struct ColumnPanelsTests {
    @Test("matrices come back out of their panels, with what was added to each column")
    func packing() {
        var random = SeededGenerator(seed: 311)
        for columns in [1, 31, 32, 100, 300] {
            let matrices = random.tensor([2, 5, columns])
            #expect(isIdentical(ColumnPanels(matrices).matrices, matrices))
            let offsets = random.tensor([5])
            #expect(
                isIdentical(
                    ColumnPanels(matrices, adding: offsets).matrices, matrices + offsets.reshaped(to: [5, 1])))
            #expect(isIdentical(ColumnPanels(matrices).slice(1..<2).matrices, matrices.slice(1..<2)))
        }
    }

    /// Maps, and what is asked of them.
    private struct Pass {
        let maps, position, queries: Tensor
        let update: ColumnUpdate

        init(seed: UInt64, maps: Int, batch: Int, rows: Int, columns: Int, keys: Int, groups: Int) {
            var random = SeededGenerator(seed: seed)
            self.maps = random.tensor([maps, rows, columns])
            position = random.tensor([1, rows, columns])
            queries = random.tensor([batch, groups * keys, rows])
            update = ColumnUpdate(
                groups: groups, keys: random.tensor([batch, groups * keys, rows]),
                offsets: random.tensor([batch, groups * keys]), values: random.tensor([batch, groups * keys, rows]),
                normWeight: random.tensor([rows]), normBias: random.tensor([rows]), epsilon: 1e-5)
        }

        func run(updating: Bool) -> (columns: ColumnPanels, means: Tensor) {
            ColumnPanels(maps).attended(
                position: ColumnPanels(position), update: updating ? update : nil, queries: queries)
        }

        /// The plain twin for one matrix: its columns, and the queries' means.
        func reference(_ matrix: Int, updating: Bool) -> (columns: [[Double]], means: [[Double]]) {
            func rows(_ tensor: Tensor) -> [[Double]] {
                let width = tensor.shape[-1]
                let values = tensor.values.map(Double.init)
                return stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
            }
            func dot(_ left: [Double], _ right: [Double]) -> Double {
                referenceProduct(left, right, rows: 1, columns: 1, depth: left.count)[0]
            }
            var columns = rows(maps.element(maps.shape[0] == 1 ? 0 : matrix).transposed())
            let places = rows(position.element(0).transposed())
            func placed(_ index: Int) -> [Double] { zip(columns[index], places[index]).map { $0 + $1 } }
            if updating {
                let (asked, values) = (rows(update.keys.element(matrix)), rows(update.values.element(matrix)))
                let offsets = update.offsets.element(matrix).values.map(Double.init)
                let keys = asked.count / update.groups
                let weight = update.normWeight.values.map(Double.init)
                let bias = update.normBias.values.map(Double.init)
                for index in columns.indices {
                    let here = placed(index)
                    for group in 0..<update.groups {
                        let range = group * keys..<(group + 1) * keys
                        let shares = referenceSoftmax(range.map { dot(asked[$0], here) + offsets[$0] })
                        for (key, share) in zip(range, shares) {
                            for row in columns[index].indices { columns[index][row] += share * values[key][row] }
                        }
                    }
                    columns[index] = referenceLayerNorm(
                        columns[index], weight: weight, bias: bias, epsilon: Double(Float(1e-5)))
                }
            }
            let (all, asked) = (columns.flatMap { $0 }, columns.indices.map(placed))
            let means = rows(queries.element(matrix)).map { query in
                let shares = referenceSoftmax(asked.map { dot(query, $0) })
                return referenceProduct(shares, all, rows: 1, columns: columns[0].count, depth: columns.count)
            }
            return (columns, means)
        }
    }

    @Test("a pass updates the columns and attends to them as the plain twin does", arguments: [1, 9, 256, 700])
    func pass(columns: Int) {
        for (maps, batch, keys, groups) in [(1, 1, 3, 4), (1, 2, 13, 3), (2, 2, 1, 2)] {
            let pass = Pass(
                seed: 312, maps: maps, batch: batch, rows: 21, columns: columns, keys: keys, groups: groups)
            for updating in [false, true] {
                let (changed, means) = pass.run(updating: updating)
                for matrix in 0..<batch {
                    let expected = pass.reference(matrix, updating: updating)
                    let own = changed.matrices.element(changed.batch == 1 ? 0 : matrix).transposed()
                    // Sums of up to 39 values and of 21 products, logits of up to about 20: some hundred roundings.
                    for (found, name, reference) in [
                        (own, "columns", expected.columns), (means.element(matrix), "means", expected.means),
                    ] {
                        let difference = compare(found.values, reference.flatMap { $0 })
                        #expect(
                            difference.relative < 400 * Float.unitRoundoff,
                            "\(name) of \(matrix), \(columns) columns, \(keys) keys: \(difference)")
                    }
                }
            }
        }
    }

    @Test("a pass, folding and unfolding give the same bits on any number of threads")
    func threads() throws {
        let before = ComputeThreads.count
        defer { try? ComputeThreads.set(before) }
        let pass = Pass(seed: 313, maps: 1, batch: 2, rows: 40, columns: 1600, keys: 5, groups: 4)
        var random = SeededGenerator(seed: 314)
        let planes = random.tensor([2, 160, 160])
        let weight = PanelWeight(random.tensor([16, 16]), bias: random.tensor([16]))
        let added = random.tensor([16, 1600])
        func everything() -> [Tensor] {
            let (columns, means) = pass.run(updating: true)
            let folded = ColumnPanels(folding: planes, factor: 4, addingTo: added, scratchRows: 16, cellProducts: 0) {
                pixels, scratch, columns in
                scratch.copy(pixels)
                scratch.applyGELU()
                columns.formProduct(weight, scratch)
            }
            let unfolded = folded.unfolded(gridWidth: 40, factor: 4, planes: 1, scratchRows: 1, cellProducts: 0) {
                _, columns, _, pixels in
                pixels.formProduct(weight, columns)
            }
            return [columns.matrices, means, folded.matrices, unfolded]
        }
        try ComputeThreads.set(1)
        let alone = everything()
        for threads in [2, 3, 5] {
            try ComputeThreads.set(threads)
            for (index, (found, expected)) in zip(everything(), alone).enumerated() {
                #expect(isIdentical(found, expected), "result \(index) on \(threads) threads")
            }
        }
    }

    @Test("squares of pixels become columns and columns squares again, across the ends of panels")
    func squares() {
        var random = SeededGenerator(seed: 315)
        for (height, width) in [(1, 1), (10, 10), (7, 33), (3, 64)] {
            let planes = random.tensor([2, height * 4, width * 4])
            let folded = ColumnPanels(
                folding: planes, factor: 4, addingTo: Tensor(repeating: 1, shape: [16, height * width]), scratchRows: 0,
                cellProducts: 0
            ) { pixels, _, columns in columns.copy(pixels) }
            let matrices = folded.matrices
            for (y, x) in [(0, 0), (height - 1, width - 1), (height / 2, width / 3)] {
                for place in 0..<16 {
                    #expect(
                        matrices[1, place, y * width + x] == planes[1, 4 * y + place / 4, 4 * x + place % 4] + 1)
                }
            }
            let unfolded = folded.unfolded(gridWidth: width, factor: 4, planes: 1, scratchRows: 0, cellProducts: 0) {
                _, columns, _, pixels in pixels.copy(columns)
            }
            #expect(isIdentical(unfolded.squeezed(axis: 1), planes + 1))
        }
    }

    @Test("an affine map of a panel equals the plain product, its rows apart if asked")
    func maps() {
        var random = SeededGenerator(seed: 316)
        for rows in [1, 3, 8, 17] {
            let (matrix, bias, columns) = (
                random.tensor([rows, 12]), random.tensor([rows]), random.tensor([1, 12, 40])
            )
            let product = matrix.matrixProduct(columns.element(0))
            for (name, weight, expected) in [
                ("plain", PanelWeight(matrix), product),
                ("with a bias", PanelWeight(matrix, bias: bias), product + bias.reshaped(to: [rows, 1])),
            ] {
                let found = ColumnPanels(columns).unfolded(
                    gridWidth: 40, factor: 1, planes: rows, scratchRows: 0, cellProducts: 0
                ) {
                    _, columns, _, pixels in pixels.formProduct(weight, columns)
                }
                let difference = compare(found.reshaped(to: [rows, 40]), expected)
                #expect(difference.relative < 24 * Float.unitRoundoff, "\(rows) rows \(name): \(difference)")
            }
        }
        let columns = ColumnPanels(random.tensor([1, 12, 40]))
        let weight = PanelWeight(random.tensor([2, 12]))
        let near = columns.unfolded(gridWidth: 40, factor: 1, planes: 2, scratchRows: 0, cellProducts: 0) {
            _, columns, _, pixels in
            pixels.formProduct(weight, columns)
        }
        let apart = columns.unfolded(gridWidth: 40, factor: 1, planes: 4, scratchRows: 0, cellProducts: 0) {
            _, columns, _, pixels in
            pixels.copy(columns[0..<4])
            pixels[0..<4].formProduct(weight, columns, step: 3)
        }
        #expect(isIdentical(apart.element(0).element(0), near.element(0).element(0)))
        #expect(isIdentical(apart.element(0).element(3), near.element(0).element(1)))
    }
}
