import KernelInterface
import TestSupport
import Testing

@testable import Tensors

@Suite("packed weights that are kept")
struct KeptPanelsTests {
    private static let shape: Shape = [70, 1100]

    /// A weight whose every number is one of half precision, or is not.
    private static func weight(isHalf: Bool = false) -> Tensor {
        let weight = GeneratedWeights.tensor("weight", shape: shape)
        return isHalf ? Tensor(weight.values.map { ($0 * 256).rounded() / 256 }, shape: shape) : weight
    }

    /// What a process keeps, brought to other memory as by a file.
    private static func kept(_ weight: LinearWeight) throws -> KeptPanels {
        _ = weight.form
        let panels = try #require(weight.panels)
        return KeptPanels(
            shape: panels.shape, numbers: panels.numbers,
            words: Tensor(panels.words.values, shape: panels.words.shape))
    }

    @Test("give the same products to the bit", arguments: Precision.allCases, [false, true])
    func roundTrip(precision: Precision, isHalf: Bool) throws {
        guard precision != .full || LinearWeight.packs else { return }
        let tensor = Self.weight(isHalf: isHalf)
        let weight = LinearWeight(tensor, precision: precision)
        let kept = try Self.kept(weight)
        switch precision {
        case .full where isHalf && Kernels.active.hasFusedMultiplyAdd: #expect(kept.numbers == .float16)
        case .full: #expect(kept.numbers == .float32)
        case .int8: #expect(kept.numbers == .int8)
        case .bf16: #expect(kept.numbers == .bfloat16)
        }
        let made = LinearWeight(kept, precision: precision, original: { nil })
        let again = try #require(made)
        #expect(again.shape == weight.shape && again.precision == weight.precision)
        for rows in [1, 7, 50] {
            let input = GeneratedWeights.input([rows, Self.shape[1]])
            #expect(isIdentical(input.linear(weight: again), input.linear(weight: weight)))
        }
        #expect(isIdentical(again.tensor, weight.tensor))
        let zeros = LinearWeight(kept, precision: precision, original: { Tensor(zeros: Self.shape) })
        let marked = try #require(zeros)
        #expect((marked.tensor.values.allSatisfy { $0 == 0 }) == (precision == .full))
    }

    @Test("of another precision or size are refused")
    func refused() throws {
        for precision in Precision.allCases where precision != .full || LinearWeight.packs {
            let kept = try Self.kept(LinearWeight(Self.weight(), precision: precision))
            for other in Precision.allCases where other != precision {
                let made = LinearWeight(kept, precision: other, original: { nil })
                #expect(made == nil)
            }
            let sizes: [(Shape, Int)] = [
                ([70, 1100], -1), ([70, 1100], 1), ([70, 600], 0), ([200, 1100], 0), ([77_000], 0),
            ]
            for (shape, more) in sizes {
                let words = kept.words.values
                let wrong = more < 0 ? Array(words.dropLast()) : words + Array(repeating: 0, count: more)
                let changed = KeptPanels(
                    shape: shape, numbers: kept.numbers, words: Tensor(wrong, shape: [wrong.count]))
                let made = LinearWeight(changed, precision: precision, original: { nil })
                #expect(made == nil, "\(shape) \(more)")
            }
        }
    }

    @Test("nothing is kept of a mapped weight that was not used")
    func unused() {
        let memory = UnsafeMutablePointer<Float>.allocate(capacity: 64)
        memory.initialize(repeating: 1, count: 64)
        defer { memory.deallocate() }
        let borrowed = Tensor(borrowing: memory, shape: [8, 8], owner: Owner())
        for precision in Precision.allCases { #expect(LinearWeight(borrowed, precision: precision).panels == nil) }
    }

    private final class Owner {}

    @Test("each changed bit and each exchange of words changes the sum")
    func bitSums() {
        var generator = SeededGenerator(seed: 11)
        for count in [0, 1, 15, 16, 17, 1000, 65_536, 65_537, 200_003] {
            let values = generator.floats(count)
            let sum = Tensor(values, shape: [count]).bitSum
            #expect(sum == Tensor(values, shape: [count]).bitSum)
            #expect(Tensor(values + [0], shape: [count + 1]).bitSum != sum)
            for place in Set([0, 1, 15, 16, 17, count / 2, count - 1]) where place >= 0 && place < count {
                for bit in [0, 13, 31] {
                    var changed = values
                    changed[place] = Float(bitPattern: changed[place].bitPattern ^ 1 << UInt32(bit))
                    #expect(Tensor(changed, shape: [count]).bitSum != sum, "\(count) \(place) \(bit)")
                }
                for other in [place + 1, place + 16, place + 65_536] where other < count {
                    var changed = values
                    changed.swapAt(place, other)
                    #expect(Tensor(changed, shape: [count]).bitSum != sum, "\(count) \(place) \(other)")
                }
            }
        }
    }

    /// Sums of packed weights, by kernels and numbers. When one of them is another, raise `KeptPanels.version`: files of
    /// earlier versions would be read wrongly otherwise.
    @Test("the layouts are those of this version")
    func layouts() {
        #expect(KeptPanels.version == 1)
        var found: [String: String] = [:]
        func add(_ name: String, _ words: Tensor) { found[name] = String(words.bitSum, radix: 16) }
        for set in CPUFeatures.current.instructionSets {
            guard let kernels = Kernels.named(set) else { continue }
            for isHalf in [false, true] {
                let packed = PackedWeight(Self.weight(isHalf: isHalf), kernels: kernels, mayBeHalf: true)
                let name = "\(set.rawValue) \(packed.isHalf ? "float16" : "float32")\(isHalf ? ", half" : "")"
                add(name, Tensor(wholeOf: packed.storage))
            }
        }
        for way in BFloat16Set.runnable {
            guard let kernels = try? way.kernels else { continue }
            add(way.testDescription, Tensor(wholeOf: BFloat16Weight(Self.weight(), kernels: kernels).panelStorage))
        }
        for set in CPUFeatures.current.instructionSets {
            for inFours in [false, true] {
                guard let kernels = ByteKernels.named(set, inFours: inFours) else { continue }
                let name = "\(set.rawValue) bytes in \(inFours ? "fours" : "pairs")"
                add(name, ByteWeight(Self.weight(), kernels: kernels).words)
            }
        }
        for (name, sum) in found.sorted(by: { $0.key < $1.key }) {
            #expect(Self.sums[name] == sum, "\"\(name)\": \"\(sum)\",")
        }
    }

    private static let sums = [
        "avx2 widened": "f38b2ad6ffe2c022",
        "avx512 widened": "ad9e1c44d91ebfc0",
        "avx512 by the processor": "ad9e1c44d91ebfc0",
        "baseline widened": "a8e3e96ffff324df",
        "avx2 bytes in pairs": "419959f82ed77780",
        "avx2 float16, half": "1280e295d3e80b5",
        "avx2 float32": "561f21b74d4c54a9",
        "avx512 bytes in fours": "ad9ff68f83efa81",
        "avx512 bytes in pairs": "26379eda8f705f90",
        "avx512 float16, half": "e68091d6cc127c9b",
        "avx512 float32": "10434924562b7344",
        "baseline bytes in pairs": "a8e2f40d5e8fcbb7",
        "baseline float32": "e8d42dc39f005a2a",
        "baseline float32, half": "d13ecc7da80af15a",
    ]
}
