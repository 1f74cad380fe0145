import KernelInterface
import TestSupport
import Testing

@testable import Tensors

/// The same bits whatever the number of threads.
@Suite(.serialized) struct ThreadInvarianceTests {
    private func check(_ name: String, _ operation: () -> Tensor) throws {
        let before = ComputeThreads.count
        defer { try? ComputeThreads.set(before) }
        try ComputeThreads.set(1)
        let alone = operation()
        for threads in [2, 3, 5, 16] {
            try ComputeThreads.set(threads)
            for _ in 0..<3 { #expect(isIdentical(operation(), alone), "\(name) on \(threads) threads") }
        }
    }

    @Test("linear layers")
    func linear() throws {
        var random = SeededGenerator(seed: 111)
        for (rows, columns, depth) in [(1, 700, 130), (50, 1300, 70), (1030, 530, 65), (600, 70, 300)] {
            let (x, weight, bias) = (
                random.tensor([rows, depth]), random.tensor([columns, depth]), random.tensor([columns])
            )
            try check("linear \(rows) \(columns) \(depth)") { x.linear(weight: weight, bias: bias, activation: .gelu) }
            for precision in Precision.allCases {
                let rounded = LinearWeight(weight, precision: precision)
                try check("\(precision) \(rows) \(columns) \(depth)") {
                    x.linear(weight: rounded, bias: bias, activation: .gelu)
                }
            }
        }
    }

    @Test("attention")
    func attention() throws {
        var random = SeededGenerator(seed: 112)
        let packed = random.tensor([2, 300, 96])
        try check("attention") {
            scaledDotProductAttention(
                query: AttentionOperand(packed, firstColumn: 0, width: 32),
                key: AttentionOperand(packed, firstColumn: 32, width: 32),
                value: AttentionOperand(packed, firstColumn: 64, width: 32), heads: 4)
        }
    }

    @Test("attention with positions, in windows, and of few queries")
    func positions() throws {
        var random = SeededGenerator(seed: 116)
        let table = random.tensor([16, 16, 8])
        let tables = RelativePositionTables(rows: table, columns: table)
        let grid = random.tensor([1, 256, 48])
        func operand(_ part: Int) -> AttentionOperand { AttentionOperand(grid, firstColumn: 16 * part, width: 16) }
        try check("positions") {
            scaledDotProductAttention(
                query: operand(0), key: operand(1), value: operand(2), heads: 2, relativePosition: tables)
        }
        let wide = random.tensor([1, 600, 96])
        let few = random.tensor([1, 90, 32])
        try check("few queries") {
            scaledDotProductAttention(
                query: AttentionOperand(few), key: AttentionOperand(wide, width: 32),
                value: AttentionOperand(wide, firstColumn: 32, width: 64), heads: 2)
        }
    }

    @Test("patches, transposed and joined")
    func patches() throws {
        var random = SeededGenerator(seed: 117)
        for side in [64, 400] {
            let (pixels, weight) = (random.tensor([2, 3, side, side]), random.tensor([70, 3, 16, 16]))
            try check("patches of \(side)") { pixels.convolution2D(weight: weight, stride: 16) }
        }
        let (tall, wide) = (random.tensor([3, 700, 37]), random.tensor([3, 37, 700]))
        try check("tall") { tall.transposed() }
        try check("wide") { wide.transposed() }
        #expect(isIdentical(tall.transposed().transposed(), tall))
        try check("joined") { Tensor.concatenated([tall, tall], axis: 1) }
        let (row, matrix) = (random.tensor([1, 300]), random.tensor([300, 500]))
        try check("product of a row") { row.matrixProduct(matrix) }
    }

    @Test("convolutions, normalisations, interpolation, arithmetic and reductions")
    func others() throws {
        var random = SeededGenerator(seed: 113)
        let planes = random.tensor([2, 12, 61, 67])
        let weight = random.tensor([20, 12, 3, 3])
        let scale = random.tensor([12])
        try check("convolution") { planes.convolution2D(weight: weight, stride: 1, padding: 1) }
        let rows = random.tensor([900, 67])
        let rowScale = random.tensor([67])
        try check("layerNorm") { rows.layerNorm(weight: rowScale, bias: rowScale, epsilon: 1e-5) }
        try check("softmax") { rows.softmax() }
        try check("bilinear") { planes.resizedBilinear(height: 150, width: 99) }
        try check("bicubic") { planes.resizedBicubic(height: 30, width: 41, antialias: true) }
        try check("arithmetic") { planes * scale.reshaped(to: [12, 1, 1]) }
        try check("sum") { planes.sum(axis: 1) }
    }

    @Test("convolutions of pixels, and operations in bands and groups")
    func bands() throws {
        var random = SeededGenerator(seed: 115)
        let map = random.tensor([33, 41, 24])
        let (small, large) = (
            ConvolutionWeight(random.tensor([40, 24, 3, 3])), ConvolutionWeight(random.tensor([200, 24, 3, 3]))
        )
        try check("small weight") { map.convolution3x3(weight: small, stride: 2) }
        try check("large weight") { map.convolution3x3(weight: large, activation: .gelu) }
        let square = LinearWeight(random.tensor([24, 24]))
        try check("bands") { Tensor.inBands(map.shape, bandRows: 4) { map.slice($0).linear(weight: square) } }
        let rows = (0..<11).map { [$0 + 22, $0, $0 + 11] }
        try check("groups") {
            Tensor.inGroups(map.shape, rows: rows) { map.gathered(rows: rows[$0]).linear(weight: square) }
        }
    }

    @Test("products without OpenBLAS")
    func ownProduct() throws {
        var random = SeededGenerator(seed: 114)
        let (left, right) = (random.tensor([700, 300]), random.tensor([650, 300]))
        try check("own product") {
            let plan = ProductPlan(rows: 700, columns: 650, depth: 300, threads: ComputeThreads.count)
            return Tensor.filled([700, 650]) { out in
                left.read { left in
                    right.read { right in
                        plan.run(
                            MatrixBlock(kernels: Kernels.active, library: nil), out, stride: 650,
                            .rowMajor(left, stride: 300), .transposed(right, stride: 300))
                    }
                }
            }
        }
    }
}
