import KernelInterface
import TestSupport
import Testing

@testable import Tensors

@Suite("products over packed weights")
struct PackedProductTests {
    @Test("every height of tile, every edge and every pass equals the plain twin", arguments: runnable)
    func twin(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 61)
        let width = kernels.tileColumns
        let shapes =
            (1...26).map { ($0, width + 3, 19) } + [
                (50, 2 * width, 300), (77, width, 256), (197, 5, 257), (5, 9 * width + 1, 513), (400, width - 1, 31),
                (23, width + 1, 1300), (12, 3 * width, 2100),
                (3, 4, 0), (0, 4, 4), (4, 0, 4), (1, 1, 1),
            ]
        for (rows, columns, depth) in shapes {
            let left = random.tensor([rows, depth])
            let right = random.tensor([columns, depth])
            let product = left.linear(
                PackedWeight(right, kernels: kernels), bias: nil, activation: .none, adding: nil)
            let (a, b) = (left.values.map(Double.init), right.values.map(Double.init))
            let turned = referenceTranspose(b, rows: columns, columns: depth)
            let expected = referenceProduct(a, turned, rows: rows, columns: columns, depth: depth)
            let magnitudes = referenceProduct(
                a.map(abs), turned.map(abs), rows: rows, columns: columns, depth: depth)
            let difference = compare(product.values, expected) {
                Double(depth + 4) * Float.unitRoundoff * magnitudes[$0]
            }
            #expect(difference.isWithinBounds, "\(rows) x \(columns) x \(depth), seed \(random.seed): \(difference)")
        }
    }

    @Test("bias, activation and residual are those of the plain product", arguments: runnable)
    func epilogue(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 62)
        let input = random.tensor([2, 13, 40])
        let weight = random.tensor([70, 40])
        let (bias, residual) = (random.tensor([70]), random.tensor([2, 13, 70]))
        for activation in [Tensor.Activation.none, .gelu, .quickGELU, .relu] {
            let packed = input.linear(
                PackedWeight(weight, kernels: kernels), bias: bias, activation: activation, adding: residual)
            let plain = input.linear(weight: weight, bias: bias, activation: activation, adding: residual)
            #expect(packed.shape == plain.shape)
            let difference = compare(packed.values, plain.values.map(Double.init)) { _ in 1e-4 }
            #expect(difference.isWithinBounds, "\(activation): \(difference)")
        }
    }

    @Test("some of the outputs are those of the whole product", arguments: runnable)
    func outputs(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 66)
        let width = kernels.tileColumns
        let (columns, depth) = (5 * width + 7, 1030)
        let input = random.tensor([23, depth])
        let bias = random.tensor([columns])
        let plain = random.tensor([columns, depth])
        let exact = Tensor(plain.values.map { Float(Float16($0)) }, shape: plain.shape)
        for weight in [
            PackedWeight(plain, kernels: kernels), PackedWeight(exact, kernels: kernels, mayBeHalf: true),
        ] {
            let whole = input.linear(weight, bias: bias, activation: .quickGELU, adding: nil)
            for outputs in [
                0..<columns, 0..<width, 2 * width..<columns, 3..<4, width - 1..<width + 1, width + 5..<4 * width + 2,
                columns - 1..<columns, 7..<7,
            ] {
                let expected = whole.sliced(axis: 1, outputs)
                let made = input.linear(weight, bias: bias, activation: .quickGELU, adding: nil, outputs: outputs)
                #expect(isIdentical(made, expected), "\(outputs)")
                let sum = input.linear(
                    weight, bias: bias, activation: .quickGELU, adding: expected, outputs: outputs)
                #expect(isIdentical(sum, expected + expected), "\(outputs) and a residual")
            }
        }
        let made = input.linear(weight: LinearWeight(plain), bias: bias, outputs: width..<width + 9)
        let expected = input.linear(weight: LinearWeight(plain), bias: bias).sliced(axis: 1, width..<width + 9)
        #expect(compare(made, expected).relative < 1e-6)
    }

    @Test("a packed weight can be had back", arguments: runnable)
    func unpacked(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 64)
        for shape in [[1, 1], [kernels.tileColumns, 256], [2 * kernels.tileColumns + 3, 1100], [0, 3], [3, 0]] {
            let weight = random.tensor(Shape(shape))
            let back = PackedWeight(weight, kernels: kernels).unpacked
            #expect(back.shape == weight.shape && back.values == weight.values, "\(shape)")
        }
    }

    @Test("a weight of half-precision numbers is kept as such, and multiplies to the same bits", arguments: runnable)
    func half(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        var random = SeededGenerator(seed: 65)
        for (rows, columns, depth) in [(1, 131, 256), (50, 70, 300), (231, 300, 77), (12, 64, 1100)] {
            // Small ones are below the normal numbers of the format.
            let exact = random.tensor([columns, depth], in: -3e-4...3e-4).values.map { Float(Float16($0)) }
            let weight = Tensor(exact, shape: [columns, depth])
            let input = random.tensor([rows, depth])
            let residual = random.tensor([rows, columns])
            let narrow = PackedWeight(weight, kernels: kernels, mayBeHalf: true)
            #expect(narrow.isHalf == (set != .baseline))
            let product = { (packed: PackedWeight) in
                input.linear(packed, bias: nil, activation: .quickGELU, adding: residual)
            }
            #expect(isIdentical(product(narrow), product(PackedWeight(weight, kernels: kernels))))
            #expect(isIdentical(narrow.unpacked, weight))
            var spoilt = exact
            spoilt[spoilt.count / 2] = 0.1
            let wide = PackedWeight(Tensor(spoilt, shape: weight.shape), kernels: kernels, mayBeHalf: true)
            #expect(!wide.isHalf && wide.unpacked.values == spoilt)
        }
    }

    @Test("one row gives what it gives among others, on any number of threads")
    func invariance() {
        var random = SeededGenerator(seed: 63)
        let weight = PackedWeight(random.tensor([300, 1040]))
        let input = random.tensor([401, 1040])
        let all = input.linear(weight, bias: nil, activation: .none, adding: nil)
        for row in [0, 11, 12, 200, 400] {
            let alone = input.slice(row..<row + 1).linear(weight, bias: nil, activation: .none, adding: nil)
            #expect(alone.values == all.slice(row..<row + 1).values)
        }
    }

    @Test("who packs: a wish, where it can be met, else what was measured faster")
    func choice() {
        #expect(LinearWeight.choose(wanted: nil, kernels: .avx512, hasLibrary: true))
        #expect(LinearWeight.choose(wanted: nil, kernels: .avx2, hasLibrary: true))
        #expect(!LinearWeight.choose(wanted: nil, kernels: .baseline, hasLibrary: true))
        #expect(LinearWeight.choose(wanted: nil, kernels: .baseline, hasLibrary: false))
        #expect(!LinearWeight.choose(wanted: "blas", kernels: .avx512, hasLibrary: true))
        #expect(LinearWeight.choose(wanted: "blas", kernels: .avx512, hasLibrary: false))
        #expect(LinearWeight.choose(wanted: "packed", kernels: .baseline, hasLibrary: true))
    }
}
