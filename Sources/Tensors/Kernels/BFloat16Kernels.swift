import BFloat16KernelsBaseline
package import KernelInterface

#if arch(x86_64)
    import BFloat16KernelsAVX2
    import BFloat16KernelsAVX512
    import BFloat16KernelsAVX512BF16
#endif

/// The choice of kernels for products of bfloat16 numbers, made once. It follows ``Kernels/choice``: the processor's own
/// products of them are used where it has them in vectors of that width. Otherwise the numbers are widened.
///
/// All choices give the same results to the bit. `VITRINE_BF16=widened` asks for widened numbers, for comparisons.
package enum BFloat16Kernels {
    package static let active =
        named(Kernels.choice.instructionSet, inPairs: environment("VITRINE_BF16") != "widened")
        ?? named(Kernels.choice.instructionSet, inPairs: false) ?? BFloat16KernelsBaseline.bfloat16Kernels

    /// What multiplies bfloat16 numbers, in words for a report.
    package static var activeName: String {
        let set = Kernels.choice.instructionSet.rawValue
        return active.numberBytes == active.weightBytes ? "\(set) BF16" : "\(set), widened"
    }

    /// The kernels of one instruction set, nil if this processor cannot run them.
    ///
    /// - Parameter inPairs: whether the processor multiplies bfloat16 numbers, two at a time.
    package static func named(
        _ instructionSet: CPUFeatures.InstructionSet, inPairs: Bool
    ) -> (any BFloat16KernelSet.Type)? {
        let features = CPUFeatures.current
        guard features.instructionSets.contains(instructionSet),
            !inPairs || features.multipliesBFloat16.contains(instructionSet)
        else { return nil }
        switch instructionSet {
        case .baseline: return BFloat16KernelsBaseline.bfloat16Kernels
        #if arch(x86_64)
            case .avx2: return BFloat16KernelsAVX2.bfloat16Kernels
            case .avx512:
                return inPairs ? BFloat16KernelsAVX512BF16.bfloat16Kernels : BFloat16KernelsAVX512.bfloat16Kernels
        #else
            case .avx2, .avx512: return nil
        #endif
        }
    }
}
