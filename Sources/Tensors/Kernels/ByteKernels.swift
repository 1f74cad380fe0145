import ByteKernelsBaseline
package import KernelInterface

#if arch(x86_64)
    import ByteKernelsAVX2
    import ByteKernelsAVX2VNNI
    import ByteKernelsAVX512
    import ByteKernelsAVX512VNNI
#endif

/// The choice of kernels for products of bytes, made once. It follows ``Kernels/choice``: bytes are multiplied in fours
/// where the processor has an instruction for it in vectors of that width, otherwise in pairs.
///
/// All choices give the same results to the bit. `VITRINE_BYTES=pairs` asks for pairs, for comparisons.
package enum ByteKernels {
    package static let active =
        named(Kernels.choice.instructionSet, inFours: environment("VITRINE_BYTES") != "pairs")
        ?? named(Kernels.choice.instructionSet, inFours: false) ?? ByteKernelsBaseline.byteKernels

    /// What multiplies bytes, in words for a report.
    package static var activeName: String {
        let set = Kernels.choice.instructionSet.rawValue
        return active.groupDepth == 4 ? "\(set) VNNI" : "\(set), in pairs"
    }

    /// The kernels of one instruction set, nil if this processor cannot run them.
    ///
    /// - Parameter inFours: whether bytes are multiplied four at a time.
    package static func named(
        _ instructionSet: CPUFeatures.InstructionSet, inFours: Bool
    ) -> (any ByteKernelSet.Type)? {
        let features = CPUFeatures.current
        guard features.instructionSets.contains(instructionSet),
            !inFours || features.multipliesBytesInFours.contains(instructionSet)
        else { return nil }
        switch instructionSet {
        case .baseline: return ByteKernelsBaseline.byteKernels
        #if arch(x86_64)
            case .avx2: return inFours ? ByteKernelsAVX2VNNI.byteKernels : ByteKernelsAVX2.byteKernels
            case .avx512: return inFours ? ByteKernelsAVX512VNNI.byteKernels : ByteKernelsAVX512.byteKernels
        #else
            case .avx2, .avx512: return nil
        #endif
        }
    }
}
