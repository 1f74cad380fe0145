import KernelInterface
import Synchronization

extension Tensor {
    /// Elements that are looked at together: they stay in the processor's first cache while they are summed.
    private static let finiteBlock = 8192

    /// How many elements are infinite or no number.
    ///
    /// **Complexity**: one reading of the memory, by several threads.
    package var nonFiniteCount: Int {
        let kernels = Kernels.active
        let total = count
        let found = Atomic<Int>(0)
        measured(OperationCost(.reduction, elements: total)) {
            read { source in
                ParallelRows.forEachDisjoint(
                    WorkSplit((total + Self.finiteBlock - 1) / Self.finiteBlock, least: 8)
                ) { blocks in
                    for block in blocks {
                        let first = block * Self.finiteBlock
                        let elements = first..<min(total, first + Self.finiteBlock)
                        // A finite sum has finite terms only. Finite terms may have an infinite sum, so then each one
                        // counts.
                        if kernels.sumRow(source + first, count: elements.count).isFinite { continue }
                        found.wrappingAdd(elements.count { !source[$0].isFinite }, ordering: .relaxed)
                    }
                }
            }
        }
        return found.load(ordering: .relaxed)
    }

    /// Whether every element is a finite number.
    package var isFinite: Bool { nonFiniteCount == 0 }
}
