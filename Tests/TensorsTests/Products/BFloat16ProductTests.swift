import KernelInterface
import TestSupport
import Testing

@testable import Tensors

/// One way of multiplying bfloat16 numbers that this machine can run.
struct BFloat16Set: Sendable, CustomTestStringConvertible {
    let set: CPUFeatures.InstructionSet
    let inPairs: Bool
    var kernels: any BFloat16KernelSet.Type {
        get throws { try #require(BFloat16Kernels.named(set, inPairs: inPairs)) }
    }

    var testDescription: String { "\(set.rawValue) \(inPairs ? "by the processor" : "widened")" }

    static let runnable = CPUFeatures.current.instructionSets.flatMap { set in
        [false, true].map { BFloat16Set(set: set, inPairs: $0) }
    }.filter { BFloat16Kernels.named($0.set, inPairs: $0.inPairs) != nil }
}

@Suite("products of bfloat16")
struct BFloat16ProductTests {
    /// The plain twin of rounding: of the two neighbours, the nearer one, or the one whose last bit is 0.
    private static func rounded(_ x: Float) -> Float {
        if !x.isFinite { return x }
        let below = Float(bitPattern: x.bitPattern & 0xFFFF_0000)
        let above = Float(bitPattern: (x.bitPattern & 0xFFFF_0000) &+ 0x1_0000)
        // Behind the greatest number, infinity stands for one more step of the same width, 2^120.
        let next = above.isFinite ? Double(above) : Double(below) + (below < 0 ? -0x1p120 : 0x1p120)
        let (toBelow, toAbove) = (abs(Double(x) - Double(below)), abs(next - Double(x)))
        let belowIsEven = below.bitPattern & 0x1_0000 == 0
        let nearest = toBelow < toAbove || toBelow == toAbove && belowIsEven ? below : above
        return nearest.magnitude < 0x1p-56 ? 0 : nearest
    }

    /// The plain twin: one number after the other, the second of each two first, with the same roundings.
    private static func twin(_ left: Tensor, _ weight: Tensor) -> [Float] {
        let (rows, depth, columns) = (left.shape[0], left.shape[1], weight.shape[0])
        return left.values.map(rounded).withUnsafeBufferPointer { x in
            weight.values.map(rounded).withUnsafeBufferPointer { w in
                (0..<rows).flatMap { row in
                    (0..<columns).map { column in
                        let (xs, ws) = (row * depth, column * depth)
                        var (sum, first) = (0 as Float, 0)
                        while first < depth {
                            if first + 1 < depth { sum += x[xs + first + 1] * w[ws + first + 1] }
                            sum += x[xs + first] * w[ws + first]
                            first += 2
                        }
                        return sum
                    }
                }
            }
        }
    }

    private static func made(_ left: Tensor, _ weight: Tensor, _ kernels: any BFloat16KernelSet.Type) -> Tensor {
        left.linear(BFloat16Weight(weight, kernels: kernels), bias: nil, activation: .none, adding: nil)
    }

    @Test("every height of tile and every edge equals the plain twin to the bit", arguments: BFloat16Set.runnable)
    func twin(_ set: BFloat16Set) throws {
        let kernels = try set.kernels
        expectTwin(seed: 171, tileColumns: kernels.tileColumns) {
            BFloat16Weight($0, kernels: kernels)
        } twin: {
            Self.twin($0, $1)
        }
    }

    @Test("numbers round to the nearest, and tiny ones to 0", arguments: BFloat16Set.runnable)
    func rounding(_ set: BFloat16Set) throws {
        let kernels = try set.kernels
        // Every upper half of a Float32 with lower halves at and around the middle; without those that are no numbers.
        let numbers = (0..<0x1_0000 as Range<UInt32>).flatMap { upper in
            ([0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF] as [UInt32]).map { Float(bitPattern: upper << 16 | $0) }
        }.filter { !$0.isNaN }
        let column = Tensor(numbers, shape: [numbers.count, 1])
        let expected = numbers.map(Self.rounded)
        let weights = BFloat16Weight(column, kernels: kernels).tensor.values
        // As rows, times 1; infinite ones need no other number beside them.
        let rows = Self.made(column, Tensor([1], shape: [1, 1]), kernels).values
        let wrong = numbers.indices.filter { weights[$0] != expected[$0] || rows[$0] != expected[$0] }
        #expect(wrong.isEmpty, "\(wrong.prefix(4).map { (numbers[$0], weights[$0], rows[$0]) })")
        #expect(Self.rounded(1.00390625) == 1 && Self.rounded(1.01171875) == 1.015625)
        #expect(Self.rounded(.greatestFiniteMagnitude) == .infinity)
    }

    @Test("what is infinite or no number stays so, in its row and its column alone", arguments: BFloat16Set.runnable)
    func specials(_ set: BFloat16Set) throws {
        let kernels = try set.kernels
        let (rows, columns, depth) = (7, kernels.tileColumns + 5, 40)
        for place in [0, 7, 39] {
            for value in [Float.nan, .infinity, -.infinity, Float(bitPattern: 0x7F80_0001), -3.4e38] {
                var left = [Float](repeating: 1, count: rows * depth)
                left[3 * depth + place] = value
                var weight = [Float](repeating: 0.5, count: columns * depth)
                weight[2 * depth + place] = -1
                let made = Self.made(
                    Tensor(left, shape: [rows, depth]), Tensor(weight, shape: [columns, depth]), kernels)
                for row in 0..<rows {
                    for column in 0..<columns {
                        let found = made[row, column]
                        if row != 3 {
                            #expect(found == (column == 2 ? 18.5 : 20))
                        } else if value.isNaN {
                            #expect(found.isNaN)
                        } else {
                            // The greatest numbers round to infinite ones.
                            #expect(found == ((value < 0) == (column == 2) ? Float.infinity : -Float.infinity))
                        }
                    }
                }
                let byColumn = Self.made(
                    Tensor(weight, shape: [columns, depth]), Tensor(left, shape: [rows, depth]), kernels)
                #expect((0..<columns).allSatisfy { byColumn[$0, 3].isFinite == false && byColumn[$0, 4].isFinite })
            }
        }
    }

    @Test("the smallest numbers that do not count as 0 multiply and cancel exactly", arguments: BFloat16Set.runnable)
    func smallest(_ set: BFloat16Set) throws {
        let kernels = try set.kernels
        let (least, next) = (Float(0x1p-56), Float(0x1.02p-56))
        let left = Tensor([next, next, next, least], shape: [1, 4])
        // The least number whose exponent is not the smallest, out of sums that cancel.
        let weight = Tensor([next, -next, next, -next, 1, 1, 1, 1, 0x1p-57, 0, 0, 0], shape: [3, 4])
        let expected: [Float] = [next * (next - least), 3 * next + least, 0]
        #expect(expected[0] > 0 && Self.made(left, weight, kernels).values == expected)
    }

    @Test("against Float64, errors are those of rounding 8 bits", arguments: BFloat16Set.runnable)
    func errors(_ set: BFloat16Set) throws {
        var random = SeededGenerator(seed: 172)
        let (rows, columns, depth) = (9, 33, 1500)
        let (left, weight) = (random.tensor([rows, depth]), random.tensor([columns, depth]))
        let made = Self.made(left, weight, try set.kernels).values
        let (x, w) = (left.values.map(Double.init), weight.values.map(Double.init))
        var worst = 0.0
        for row in 0..<rows {
            for column in 0..<columns {
                let terms = (0..<depth).map { x[row * depth + $0] * w[column * depth + $0] }
                // Two roundings of at most 2^-9 for each product, and those of the sum.
                let bound = terms.reduce(0) { $0 + abs($1) } * (0x1p-8 + 0x1p-18 + Double(depth) * 0x1p-24)
                let error = abs(Double(made[row * columns + column]) - terms.reduce(0, +))
                #expect(error <= bound)
                worst = max(worst, error / terms.reduce(0) { $0 + $1 * $1 }.squareRoot())
            }
        }
        // Roundings are independent of each other, so their sum grows like that of squares.
        #expect(worst < 0x1p-7 && worst > 0x1p-10, "\(worst)")
    }

    @Test(
        "bias, activation, residual and some of the outputs are those of the whole product",
        arguments: BFloat16Set.runnable)
    func outputs(_ set: BFloat16Set) throws {
        let kernels = try set.kernels
        expectOutputsOfWhole(seed: 176, tileColumns: kernels.tileColumns) {
            BFloat16Weight($0, kernels: kernels)
        }
    }

    @Test("a layer's weight is rounded, from memory of its own and from a file's, and can be had back")
    func layer() {
        var random = SeededGenerator(seed: 177)
        let (input, weight) = (random.tensor([9, 101]), random.tensor([37, 101]))
        let exact = input.linear(weight: weight)
        let rounded = LinearWeight(weight, precision: .bf16)
        let made = input.linear(weight: rounded)
        #expect(rounded.precision == .bf16 && compare(made, exact).relative < 0.004)
        #expect(!isIdentical(made, exact))
        #expect(rounded.tensor.values == weight.values.map(Self.rounded))
        // What is rounded stays as it is.
        #expect(isIdentical(input.linear(weight: LinearWeight(rounded.tensor, precision: .bf16)), made))
        final class Owner {}
        weight.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            let borrowed = LinearWeight(Tensor(borrowing: base, shape: weight.shape, owner: Owner()), precision: .bf16)
            #expect(isIdentical(borrowed.tensor, rounded.tensor))
            #expect(isIdentical(input.linear(weight: borrowed), made))
        }
        #expect(LinearWeight(Tensor(zeros: [1, 70_000]), precision: .bf16).precision == .bf16)
    }
}
