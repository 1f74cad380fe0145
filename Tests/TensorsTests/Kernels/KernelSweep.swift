import KernelInterface
import Tensors

/// The instruction sets this processor can run: every kernel test runs once for each.
let runnable = CPUFeatures.current.instructionSets

extension KernelSet {
    /// Row lengths that meet every path of a kernel: nothing, one, around the vector, around four vectors, prime, large.
    static var sweptCounts: [Int] {
        [
            0, 1, laneCount - 1, laneCount, laneCount + 1, 2 * laneCount, 4 * laneCount - 1, 4 * laneCount,
            4 * laneCount + 1, 37, 131, 4099,
        ]
    }
}

/// Runs a kernel that writes a row, with guards around it that no kernel may touch.
func row(_ count: Int, _ source: [Float], _ kernel: (UnsafeMutablePointer<Float>, UnsafePointer<Float>) -> Void)
    -> (row: [Float], guardsIntact: Bool)
{
    let guardCount = 32
    var memory = [Float](repeating: 12345, count: count + 2 * guardCount)
    let input = source.isEmpty ? [0] : source
    memory.withUnsafeMutableBufferPointer { out in
        input.withUnsafeBufferPointer { source in
            guard let out = out.baseAddress, let source = source.baseAddress else { return }
            kernel(out + guardCount, source)
        }
    }
    let guards = memory[..<guardCount] + memory[(guardCount + count)...]
    return (Array(memory[guardCount..<(guardCount + count)]), guards.allSatisfy { $0 == 12345 })
}
