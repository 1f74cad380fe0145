import TestSupport
import Testing

@testable import Tensors

/// Expects that bias, activation and residual follow the product as operations of their own would, and that some of the
/// outputs are those of the whole product.
func expectOutputsOfWhole(
    seed: UInt64, tileColumns width: Int, _ makeWeight: (Tensor) -> some NarrowWeight
) {
    var random = SeededGenerator(seed: seed)
    let (columns, depth) = (5 * width + 7, 130)
    let input = random.tensor([2, 23, depth])
    let bias = random.tensor([columns])
    let weight = makeWeight(random.tensor([columns, depth]))
    let plain = input.linear(weight, bias: nil, activation: .none, adding: nil)
    let whole = input.linear(weight, bias: bias, activation: .quickGELU, adding: nil)
    #expect(isIdentical(whole, (plain + bias).quickGELU()))
    for outputs in [0..<columns, 2 * width..<columns, 3..<4, width - 1..<width + 1, columns - 1..<columns, 7..<7] {
        let expected = whole.sliced(axis: 2, outputs)
        let made = input.linear(weight, bias: bias, activation: .quickGELU, adding: nil, outputs: outputs)
        #expect(isIdentical(made, expected), "\(outputs)")
        let sum = input.linear(weight, bias: bias, activation: .quickGELU, adding: expected, outputs: outputs)
        #expect(isIdentical(sum, expected + expected), "\(outputs) and a residual")
    }
}

/// Expects that a product equals its plain twin to the bit, whatever its shape.
func expectTwin(
    seed: UInt64, tileColumns: Int, _ makeWeight: (Tensor) -> some NarrowWeight, twin: (Tensor, Tensor) -> [Float]
) {
    var random = SeededGenerator(seed: seed)
    for (rows, columns, depth) in narrowProductShapes(tileColumns: tileColumns) {
        let left = random.tensor([rows, depth]) * 3 + Tensor(0.7)
        let weight = random.tensor([columns, depth])
        let made = left.linear(makeWeight(weight), bias: nil, activation: .none, adding: nil)
        #expect(made.shape == [rows, columns])
        // Not in the expectation, which would print both.
        let isTwin = made.values == twin(left, weight)
        #expect(isTwin, "\(rows) x \(columns) x \(depth), seed \(random.seed)")
    }
}

/// Rows, columns and depths of products: every height of tile, panels that are whole and that are not, depths that end
/// inside a group, and nothing at all along each axis.
///
/// - Parameter width: columns of a panel.
private func narrowProductShapes(tileColumns width: Int) -> [(rows: Int, columns: Int, depth: Int)] {
    (1...21).map { ($0, width + 3, 19) } + [
        (50, 2 * width, 300), (77, width, 256), (197, 5, 257), (5, 9 * width + 1, 513), (400, width - 1, 31),
        (12, 3 * width, 2100), (3, 4, 1), (2, 70, 3), (0, 4, 4), (4, 0, 4), (1, 1, 1), (3, 4, 0),
    ]
}
