/// The kernels of products of small integers for one instruction set: signed bytes of weights times unsigned bytes of
/// tokens.
///
/// Bytes are multiplied in fours where there is an instruction for it, otherwise in pairs that are widened first. All give
/// the same sums to the bit.
package protocol ByteKernelSet: NarrowKernelSet {
    static func quantizeRow(_ out: UnsafeMutableRawPointer, _ source: Source, count: Int) -> QuantizedRow
    static func quantizeWeightRow(_ out: UnsafeMutablePointer<Int8>, _ source: Source, count: Int) -> Float
    static func packBytePanel(
        _ out: UnsafeMutablePointer<Int8>, sums: UnsafeMutablePointer<Int32>, _ source: UnsafePointer<Int8>,
        columnStride: Int, depth: Int, columns: Int)
    static func multiplyByteRows(
        _ out: Target, stride outStride: Int, _ left: UnsafeRawPointer, rowStride: Int,
        quantization: UnsafePointer<QuantizedRow>, by right: UnsafeRawPointer, panelStride: Int,
        sums: UnsafePointer<Int32>, scales: Source, rows: Int, columns: Int, groups: Int, ahead: UnsafeRawPointer,
        aheadStep: Int)
}

/// How the bytes of a row become numbers again: `scale * (byte - zero)`.
package struct QuantizedRow: BitwiseCopyable, Sendable {
    package var scale: Float
    package var zero: Int32

    @inline(__always)
    package init(scale: Float, zero: Int32) {
        self.scale = scale
        self.zero = zero
    }
}
