/// The kernels of products of bfloat16 numbers for one instruction set: sums are Float32.
///
/// Where the processor has an instruction for two such products at a time, it is used. Elsewhere the numbers are widened,
/// multiplied and added in the same order. The product of two such numbers, of 8 significant bits each, is exact in Float32. So
/// it makes no difference whether it is fused with the addition, and all give the same sums to the bit.
package protocol BFloat16KernelSet: NarrowKernelSet {
    static func narrowRow(_ out: UnsafeMutableRawPointer, _ source: Source, count: Int)
    static func roundRow(_ out: UnsafeMutableRawPointer, _ source: Source, count: Int)
    static func multiplyRows(
        _ out: Target, stride outStride: Int, _ left: UnsafeRawPointer, rowStride: Int, by right: UnsafeRawPointer,
        panelStride: Int, rows: Int, columns: Int, groups: Int, ahead: UnsafeRawPointer, aheadStep: Int)
}
