import TestSupport
import Testing

@testable import Tensors

/// Expects that bias, activation and residual follow the product as operations of their own would, and that some of the
/// outputs are those of the whole product.
func expectOutputsOfWhole(
    seed: UInt64, tileColumns width: Int, _ makeWeight: (Tensor) -> some NarrowWeight
) throws {
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
