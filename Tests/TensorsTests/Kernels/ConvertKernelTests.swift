import KernelInterface
import Tensors
import TestSupport
import Testing

@Suite struct ConvertKernelTests {
    /// Every pattern of 16 bits with what a kernel makes of it.
    private func widened(
        _ widen: (UnsafeMutablePointer<Float>, UnsafeRawPointer, Int) -> Void
    ) -> Zip2Sequence<[UInt16], [Float]> {
        let all = (0...UInt16.max).map { $0 }
        let (result, intact) = all.withUnsafeBytes { bytes in
            row(all.count, []) { out, _ in if let base = bytes.baseAddress { widen(out, base, all.count) } }
        }
        #expect(intact)
        return zip(all, result)
    }

    @Test("every half-precision number widens exactly", arguments: runnable)
    func float16(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        for (bits, value) in widened({ kernels.widenFloat16Row($0, $1, count: $2) }) {
            let expected = referenceFloat16(bits)
            #expect(
                expected.isNaN ? value.isNaN : Double(value) == expected && value.sign == expected.sign, "bits \(bits)")
        }
    }

    @Test("every BF16 number widens to the Float32 whose upper half it is", arguments: runnable)
    func bfloat16(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        for (bits, value) in widened({ kernels.widenBFloat16Row($0, $1, count: $2) }) {
            let expected = Float(bitPattern: UInt32(bits) << 16)
            #expect(expected.isNaN ? value.isNaN : value.bitPattern == expected.bitPattern, "bits \(bits)")
        }
    }

    @Test("bytes widen to 0 ... 255, from any address")
    func bytes() {
        let all = [UInt8](0...255)
        all.withUnsafeBytes { bytes in
            let odd = UnsafeRawBufferPointer(rebasing: bytes[1...])
            #expect(Tensor(bytes: odd, shape: [255]).values == (1...255).map(Float.init))
        }
        let halves: [UInt8] = [0, 0x00, 0x3C, 0x00, 0xC0]
        halves.withUnsafeBytes { bytes in
            let odd = UnsafeRawBufferPointer(rebasing: bytes[1...])
            #expect(Tensor(float16: odd, shape: [2]).values == [1, -2])
            #expect(Tensor(bfloat16: odd, shape: [2]).values == [Float(bitPattern: 0x3C00_0000), -2])
        }
    }

    @Test(
        "every finite number of half precision is narrowed to itself, and no other number passes", arguments: runnable)
    func narrowing(_ set: CPUFeatures.InstructionSet) throws {
        let kernels = try #require(Kernels.named(set))
        let all = (0...UInt16.max).map { Float16(bitPattern: $0) }.filter(\.isFinite)
        var narrow = [UInt16](repeating: 0, count: all.count)
        let isExact = narrow.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { kernels.narrowFloat16Row($0, all.map { Float($0) }, count: all.count) }
        }
        #expect(isExact == true && narrow == all.map(\.bitPattern))
        let others: [Float] = [
            0.1, 65_505, 65_536, 1e30, .infinity, -.infinity, .nan, 1e-8, 1.5 * 0x1p-24, 0x1p-25, (1 as Float).nextUp,
            (0x1p-14 as Float).nextDown,
        ]
        for other in others {
            for place in [0, 16, 36] {
                var row = [Float](repeating: 0.5, count: 37)
                row[place] = other
                var target = [UInt16](repeating: 0, count: 37)
                let passes = target.withUnsafeMutableBytes { bytes in
                    bytes.baseAddress.map { kernels.narrowFloat16Row($0, row, count: 37) }
                }
                #expect(passes == false, "\(other) at \(place)")
            }
        }
    }
}
