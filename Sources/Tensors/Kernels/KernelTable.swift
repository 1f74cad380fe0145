import KernelsBaseline

/// The kernels of one instruction set, as functions.
///
/// The table is chosen once, by what the processor can do; `VITRINE_KERNELS=baseline|avx2|avx512` asks for a lower one.
/// What each function does is written beside it in `KernelsBaseline`.
package struct KernelTable: Sendable {
    package typealias Source = UnsafePointer<Float>
    package typealias Target = UnsafeMutablePointer<Float>
    package typealias UnaryRow = @Sendable (Target, Source, Int) -> Void
    package typealias WidenRow = @Sendable (Target, UnsafeRawPointer, Int) -> Void

    package let instructionSet: CPUFeatures.InstructionSet
    package let laneCount: Int
    package let tileRows: Int
    package let tileColumns: Int

    package let combineRow: @Sendable (Int32, Target, Source, Int, Source, Int, Int) -> Void
    package let addScaledRow: @Sendable (Target, Source, Float, Int) -> Void
    package let clampRow: @Sendable (Target, Source, Float, Float, Int) -> Void
    package let fillRow: @Sendable (Target, Float, Int) -> Void

    package let sumRow: @Sendable (Source, Int) -> Float
    package let dotRow: @Sendable (Source, Source, Int) -> Float
    package let squaredDeviationRow: @Sendable (Source, Float, Int) -> Float
    package let maximumRow: @Sendable (Source, Int) -> Float
    package let maximumRows: UnaryRow

    package let exponentialRow: UnaryRow
    package let exponentialDifferenceRow: @Sendable (Target, Source, Float, Int) -> Float
    package let softmaxRow: UnaryRow
    package let geluRow: UnaryRow
    package let quickGELURow: UnaryRow
    package let reluRow: UnaryRow
    package let sigmoidRow: UnaryRow
    package let squareRootRow: UnaryRow

    package let layerNormRow: @Sendable (Target, Source, Source, Source, Float, Int) -> Void
    package let layerNormPixels: @Sendable (Target, Source, Source, Source, Float, Int, Int, Int) -> Void

    package let scaleRow: @Sendable (Target, Float, Int) -> Void
    package let spreadGridTerms: @Sendable (Target, Int, Source, Source, Int, Int, Int, Int, Int) -> Void
    package let foldSoftmaxRows: @Sendable (Target, Int, Int, Int, Int, Int, Int, Target, Target, Target, Int) -> Void
    package let divideRows: @Sendable (Target, Int, Source, Int, Source, Int, Int) -> Void

    package let widenFloat16Row: WidenRow
    package let widenBFloat16Row: WidenRow
    package let narrowFloat16Row: @Sendable (UnsafeMutableRawPointer, Source, Int) -> Bool
    package let widenBytesRow: WidenRow

    package let copyRows: @Sendable (Target, Int, Source, Int, Int, Int) -> Void
    package let gatherRow: @Sendable (Target, Source, Int, Int) -> Void
    package let transposeRows: @Sendable (Target, Int, Source, Int, Int, Int) -> Void

    package let unrollPlaneRow: @Sendable (Target, Source, Int, Int, Int, Int, Int, Int, Int, Int, Int) -> Void
    package let convolvePlaneRow: @Sendable (Target, Int, Int, Source, Int, Int, Source, Int, Int, Int, Int) -> Void
    package let convolveChannelsRow:
        @Sendable (Target, Int, Source, Source, Source, Int, Int, Source, Source, Int) -> Void
    package let addSpreadRow: @Sendable (Target, Int, Source, Int) -> Void

    package let resampleRow:
        @Sendable (Target, Source, UnsafePointer<Int32>, UnsafePointer<Int32>, Source, Int, Int) -> Void
    package let blendRows: @Sendable (Target, Source, Int, Source, Int, Int) -> Void

    package let peakRoundOperations: Int
    package let peakLoop: @Sendable (Int) -> Float

    package let packRightPanel: @Sendable (Target, Source, Int, Int, Int, Int) -> Void
    package let multiplyRows:
        @Sendable (
            Target, Int, Source, Int, Int, Source, Int, Int, Int, Int, Bool, Target, UnsafeRawPointer, Int
        ) -> Void
    package let finishRows:
        @Sendable (Target, Int, Source, Int, Source?, Int, Int, Int32, Source?, Int, Int, Int) -> Void

    package let exponentialColumns: @Sendable (Target, Target, Target, Int) -> Void
    package let softmaxColumnGroups: @Sendable (Target, Source, Int, Int) -> Void
    package let fillPanelRows: @Sendable (Target, Source, Int) -> Void
    package let addScaledColumns: @Sendable (Target, Source, Source, Int, Int) -> Void
    package let normalizePanelSum: @Sendable (Target, Target, Source, Source, Source, Source, Float, Int) -> Void

    /// The table in use, and why this one.
    package static let choice = choose(CPUFeatures.current, wanted: environment("VITRINE_KERNELS"))
    package static let active = choice.table

    /// The table of one instruction set, nil if this processor cannot run it.
    package static func named(_ instructionSet: CPUFeatures.InstructionSet) -> KernelTable? {
        guard CPUFeatures.current.instructionSets.contains(instructionSet) else { return nil }
        switch instructionSet {
        case .baseline: return baseline
        #if arch(x86_64)
            case .avx2: return avx2
            case .avx512: return avx512
        #else
            case .avx2, .avx512: return nil
        #endif
        }
    }

    static func choose(_ features: CPUFeatures, wanted: String?) -> (table: KernelTable, reason: String) {
        let best = features.instructionSets.last ?? .baseline
        guard let wanted else {
            return (named(best) ?? baseline, "the best this processor can run")
        }
        guard let set = CPUFeatures.InstructionSet(rawValue: wanted) else {
            return (named(best) ?? baseline, "VITRINE_KERNELS=\(wanted) is not baseline, avx2 or avx512 and is ignored")
        }
        guard let table = named(set) else {
            return (named(best) ?? baseline, "VITRINE_KERNELS=\(wanted) cannot run on this processor and is ignored")
        }
        return (table, "VITRINE_KERNELS asks for it")
    }
}
