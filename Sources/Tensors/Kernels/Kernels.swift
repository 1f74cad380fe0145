package import KernelInterface
import KernelsBaseline

#if arch(x86_64)
    import KernelsAVX2
    import KernelsAVX512
#endif

/// The choice of kernels, made once by what the processor can do; `VITRINE_KERNELS=baseline|avx2|avx512` asks for less.
package enum Kernels {
    package struct Choice: Sendable {
        package let instructionSet: CPUFeatures.InstructionSet
        package let kernels: any KernelSet.Type
        package let reason: String
    }

    /// The kernels in use, and why these.
    package static let choice = choose(CPUFeatures.current, wanted: environment("VITRINE_KERNELS"))
    package static let active = choice.kernels

    /// The kernels of one instruction set, nil if this processor cannot run it.
    package static func named(_ instructionSet: CPUFeatures.InstructionSet) -> (any KernelSet.Type)? {
        guard CPUFeatures.current.instructionSets.contains(instructionSet) else { return nil }
        switch instructionSet {
        case .baseline: return KernelsBaseline.kernels
        #if arch(x86_64)
            case .avx2: return KernelsAVX2.kernels
            case .avx512: return KernelsAVX512.kernels
        #else
            case .avx2, .avx512: return nil
        #endif
        }
    }

    static func choose(_ features: CPUFeatures, wanted: String?) -> Choice {
        func choice(_ instructionSet: CPUFeatures.InstructionSet, _ reason: String) -> Choice? {
            named(instructionSet).map { Choice(instructionSet: instructionSet, kernels: $0, reason: reason) }
        }
        func best(_ reason: String) -> Choice {
            features.instructionSets.last.flatMap { choice($0, reason) }
                ?? Choice(instructionSet: .baseline, kernels: KernelsBaseline.kernels, reason: reason)
        }
        guard let wanted else { return best("the best this processor can run") }
        guard let set = CPUFeatures.InstructionSet(rawValue: wanted) else {
            return best("VITRINE_KERNELS=\(wanted) is not baseline, avx2 or avx512 and is ignored")
        }
        return choice(set, "VITRINE_KERNELS asks for it")
            ?? best("VITRINE_KERNELS=\(wanted) cannot run on this processor and is ignored")
    }
}
