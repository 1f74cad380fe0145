import KernelInterface
import TestSupport
import Testing

@testable import Tensors

/// One way of multiplying bytes that this machine can run.
struct ByteSet: Sendable, CustomTestStringConvertible {
    let set: CPUFeatures.InstructionSet
    let inFours: Bool
    var kernels: any ByteKernelSet.Type {
        get throws { try #require(ByteKernels.named(set, inFours: inFours)) }
    }

    var testDescription: String { "\(set.rawValue) \(inFours ? "in fours" : "in pairs")" }

    static let runnable = CPUFeatures.current.instructionSets.flatMap { set in
        [false, true].map { ByteSet(set: set, inFours: $0) }
    }.filter { ByteKernels.named($0.set, inFours: $0.inFours) != nil }
}

@Suite("products of bytes")
struct ByteProductTests {
    /// The plain twin: one number after the other, with the same roundings.
    private static func twin(_ left: Tensor, _ weight: Tensor) -> [Float] {
        let (rows, depth, columns) = (left.shape[0], left.shape[1], weight.shape[0])
        let (x, w) = (left.values, weight.values)
        let outputs = (0..<columns).map { column -> (bytes: [Int], scale: Float) in
            let row = w[column * depth..<(column + 1) * depth]
            let most = row.map(\.magnitude).max() ?? 0
            // To 16 bits of fraction.
            let unit = Float(bitPattern: ((most * (1 / 127)).bitPattern + 0x80) & ~0xFF)
            return most < 0x1p-100
                ? (row.map { _ in 0 }, 0) : (row.map { Int(($0 * (1 / unit)).rounded(.toNearestOrEven)) }, unit)
        }
        return (0..<rows).flatMap { index -> [Float] in
            let row = x[index * depth..<(index + 1) * depth]
            let below = max(0, -(row.min() ?? 0))
            let half = 0.5 * max(0, row.max() ?? 0) + 0.5 * below
            let (factor, scale): (Float, Float) = half < 0x1p-100 ? (0, 0) : (127.49 / half, half * (1 / 127.49))
            let zero = (below * factor).rounded(.toNearestOrEven)
            let bytes = row.map { Int($0 * factor + (zero + 12_582_912)) - 12_582_912 }
            #expect(bytes.allSatisfy { (0...255).contains($0) })
            return outputs.map { output in
                let sum = zip(bytes, output.bytes).reduce(0) { $0 + ($1.0 - Int(zero)) * $1.1 }
                return Float(sum) * output.scale * scale
            }
        }
    }

    @Test("every height of tile and every edge equals the plain twin to the bit", arguments: ByteSet.runnable)
    func twin(_ set: ByteSet) throws {
        let kernels = try set.kernels
        expectTwin(seed: 161, tileColumns: kernels.tileColumns) {
            ByteWeight($0, kernels: kernels)
        } twin: {
            Self.twin($0, $1)
        }
    }

    @Test("the greatest bytes and weights of the deepest product overflow nowhere", arguments: ByteSet.runnable)
    func extremes(_ set: ByteSet) throws {
        let kernels = try set.kernels
        let depth = ByteWeight.mostDepth
        let left = Tensor(repeating: 1, shape: [1, depth])
        let weight = Tensor((0..<2 * depth).map { $0 < depth ? 1 : -1 }, shape: [2, depth])
        let made = left.linear(ByteWeight(weight, kernels: kernels), bias: nil, activation: .none, adding: nil)
        // All bytes are 255 there, of a range of 254.98.
        #expect(made.values[0] == -made.values[1] && abs(made.values[0] / Float(depth) - 1) < 1e-4)
    }

    @Test(
        "rows of zeros, of tiny and of huge numbers; and a row that is not finite stays so", arguments: ByteSet.runnable
    )
    func specialRows(_ set: ByteSet) throws {
        let weight = ByteWeight(Tensor(repeating: 0.5, shape: [3, 40]), kernels: try set.kernels)
        func made(_ value: Float, at place: Int = 7, others: Float = 0) -> [Float] {
            let row = Tensor((0..<40).map { $0 == place ? value : others }, shape: [1, 40])
            return row.linear(weight, bias: nil, activation: .none, adding: nil).values
        }
        #expect(made(0) == [0, 0, 0])
        #expect(made(1e-38) == [0, 0, 0])
        #expect(made(3e38).allSatisfy { abs($0 / 1.5e38 - 1) < 0.01 })
        #expect(made(-3e38, others: 3e36).allSatisfy { $0.isFinite })
        for place in [0, 7, 39] {
            for value in [Float.nan, .infinity, -.infinity] {
                #expect(made(value, at: place, others: 1).allSatisfy { $0.isNaN }, "\(value) at \(place)")
            }
        }
    }

    @Test(
        "bias, activation, residual and some of the outputs are those of the whole product", arguments: ByteSet.runnable
    )
    func outputs(_ set: ByteSet) throws {
        let kernels = try set.kernels
        expectOutputsOfWhole(seed: 166, tileColumns: kernels.tileColumns) { ByteWeight($0, kernels: kernels) }
    }

    @Test("a weight that was made of bytes becomes the same bytes again", arguments: ByteSet.runnable)
    func again(_ set: ByteSet) throws {
        var random = SeededGenerator(seed: 168)
        let weight = random.tensor([37, 100]) * Tensor(1.7)
        let rows = ByteRows(weight)
        let bytes = ByteWeight(weight, kernels: try set.kernels).tensor
        #expect(isIdentical(bytes, rows.tensor))
        #expect(isIdentical(ByteWeight(bytes, kernels: try set.kernels).tensor, bytes))
        let again = ByteRows(rows.tensor)
        #expect(again.bytes == rows.bytes && again.scales == rows.scales)
        #expect(rows.bytes.allSatisfy { $0 >= -127 } && rows.bytes.contains(127))
    }

    @Test("a layer's weight becomes bytes, from memory of its own and from a file's, and can be had back")
    func layer() {
        var random = SeededGenerator(seed: 167)
        let (input, weight) = (random.tensor([9, 100]), random.tensor([37, 100]))
        let exact = input.linear(weight: weight)
        let bytes = LinearWeight(weight, precision: .int8)
        let made = input.linear(weight: bytes)
        #expect(bytes.precision == .int8 && compare(made, exact).relative < 0.02)
        #expect(!isIdentical(made, exact))
        // The greatest of 100 numbers below 1 is at most 1, so a step is at most 1 / 127.
        #expect(compare(bytes.tensor.values, weight.values.map(Double.init)) { _ in 0.51 / 127 }.isWithinBounds)
        final class Owner {}
        weight.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            let borrowed = LinearWeight(Tensor(borrowing: base, shape: weight.shape, owner: Owner()), precision: .int8)
            #expect(isIdentical(borrowed.tensor, bytes.tensor))
            #expect(isIdentical(input.linear(weight: borrowed), made))
        }
        #expect(
            isIdentical(
                input.linear(weight: LinearWeight(weight, precision: .full)), input.linear(weight: LinearWeight(weight))
            ))
        #expect(LinearWeight(Tensor(zeros: [1, ByteWeight.mostDepth + 1]), precision: .int8).precision == .full)
    }

    @Test("rows that are bytes already are used as they are, and give what their matrix gives")
    func keptRows() {
        var random = SeededGenerator(seed: 78)
        let (x, matrix) = (random.tensor([7, 70]), random.tensor([45, 70]))
        let kept = LinearWeight(ByteRows(matrix))
        #expect(kept.precision == .int8 && kept.shape == matrix.shape)
        let made = LinearWeight(matrix, precision: .int8)
        #expect(isIdentical(x.linear(weight: kept), x.linear(weight: made)))
        #expect(isIdentical(kept.tensor, made.tensor))
        // Rows of others, whose largest byte is not 127, are not rounded again.
        let others = ByteRows(bytes: [3, -5, 0, 100, -128, 7], scales: [0.5, 0.1], shape: [2, 3])
        let weight = LinearWeight(others)
        #expect(isIdentical(weight.tensor, others.tensor))
        _ = Tensor([1, 2, 3], shape: [1, 3]).linear(weight: weight)
        #expect(isIdentical(weight.tensor, others.tensor))
    }
}
