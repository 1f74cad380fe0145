import KernelInterface
import TestSupport
import Testing

@testable import Tensors

@Suite struct MatrixProductKernelTests {
    @Test("the package's own product equals its plain twin, whichever way the operands lie", arguments: runnable)
    func packed(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        try check(MatrixBlock(kernels: kernels, library: nil))
    }

    @Test("OpenBLAS's product equals the plain twin, whichever way the operands lie")
    func library() throws {
        guard let library = OpenBLAS.active else { return }
        try check(MatrixBlock(kernels: Kernels.active, library: library))
    }

    private func check(_ block: MatrixBlock) throws {
        var random = SeededGenerator(seed: 51)
        let (rowStep, columnStep) = (block.kernels.tileRows, block.kernels.tileColumns)
        let shapes = [
            (1, 1, 1), (rowStep - 1, columnStep - 1, 3), (rowStep, columnStep, 16), (rowStep + 1, columnStep + 1, 17),
            (2 * rowStep + 5, 3 * columnStep + 2, 300), (37, 41, 43), (3, 131, 257), (97, 7, 513), (5, 5, 0), (0, 4, 4),
        ]
        for (rows, columns, depth) in shapes {
            let left = random.floats(rows * depth + 1)
            let right = random.floats(depth * columns + 1)
            let (leftValues, rightValues) = (
                left.prefix(rows * depth).map(Double.init), right.prefix(depth * columns).map(Double.init)
            )
            for (leftTurned, rightTurned, accumulate) in [
                (false, false, false), (true, false, false), (false, true, true), (true, true, false),
            ] {
                let a = leftTurned ? referenceTranspose(leftValues, rows: depth, columns: rows) : leftValues
                let b = rightTurned ? referenceTranspose(rightValues, rows: columns, columns: depth) : rightValues
                let expected = referenceProduct(a, b, rows: rows, columns: columns, depth: depth)
                    .map { $0 + (accumulate ? 2 : 0) }
                let magnitudes = referenceProduct(a.map(abs), b.map(abs), rows: rows, columns: columns, depth: depth)
                let (result, intact) = row(rows * columns, left) { out, left in
                    block.kernels.fillRow(out, with: 2, count: rows * columns)
                    block.multiply(
                        out, stride: columns,
                        leftTurned ? .transposed(left, stride: rows) : .rowMajor(left, stride: depth),
                        rightTurned ? .transposed(right, stride: depth) : .rowMajor(right, stride: columns), rows: rows,
                        columns: columns, depth: depth, accumulate: accumulate)
                }
                // One rounding a product and one a sum, in whichever order; two more where the result is added to.
                let difference = compare(result, expected) {
                    Double(depth + 4) * Float.unitRoundoff * (magnitudes[$0] + 2)
                }
                #expect(
                    intact && difference.isWithinBounds,
                    """
                    \(rows) x \(columns) x \(depth), turned \(leftTurned) \(rightTurned), seed \(random.seed): \
                    \(difference)
                    """)
            }
        }
    }

    @Test(
        "every height of tile, with a ragged last panel, equals the plain twin and stays inside its rows",
        arguments: runnable)
    func heights(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 52)
        let (panels, depth) = (3, 37)
        let width = kernels.tileColumns
        let right = random.floats(panels * depth * width)
        for rows in 1...kernels.tileRows {
            let columns = panels * width - 1 - rows
            let left = random.floats(rows * (depth + 3))
            var edge = [Float](repeating: 0, count: kernels.tileRows * width)
            let (result, intact) = row(rows * columns, left) { out, left in
                kernels.fillRow(out, with: 2, count: rows * columns)
                kernels.multiplyRows(
                    out, stride: columns, left, rowStride: depth + 3, depthStride: 1, by: right,
                    panelStride: depth * width, rows: rows, columns: columns, depth: depth, accumulate: true,
                    edge: &edge, ahead: left, aheadStep: 4)
            }
            #expect(intact)
            let expected = (0..<rows * columns).map { index in
                let (row, column) = (index / columns, index % columns)
                let panel = column / width * depth * width + column % width
                return (0..<depth).reduce(2.0) {
                    $0 + Double(left[row * (depth + 3) + $1]) * Double(right[panel + $1 * width])
                }
            }
            // Terms of at most 1 in size: one rounding each for the product and the sum, and for what was there.
            let difference = compare(result, expected) { _ in Double((depth + 2) * (depth + 4)) * Float.unitRoundoff }
            #expect(difference.isWithinBounds, "\(rows) rows: \(difference), seed \(random.seed)")
        }
    }
}
