import CByteProducts
import CPrefetch
import KernelInterface

// The register tile of the product of bytes, written out row by row like that of `MatrixTile`: two vectors of sums a row.
// A step goes `groupDepth` numbers into the depth. It takes a line of the panel, and of each row as many bytes as the sums
// have.
// With each step, the tile prefetches the cache line at `ahead`, which then moves on by `aheadStep` bytes.

#if BYTES_IN_FOURS
    /// Bytes of a line of the panel for one vector.
    @inline(__always)
    private var lineBytes: Int { 4 * laneCount }

    @inline(__always)
    private func loadLine(_ panel: UnsafeRawPointer) -> IntegerLanes { panel.loadUnaligned(as: IntegerLanes.self) }

    @inline(__always)
    private func addProducts(_ sum: IntegerLanes, _ numbers: IntegerLanes, _ weights: IntegerLanes) -> IntegerLanes {
        cbyte_add_quads(sum, numbers, weights)
    }
#else
    @inline(__always)
    private var lineBytes: Int { 2 * laneCount }

    @inline(__always)
    private func loadLine(_ panel: UnsafeRawPointer) -> IntegerLanes { cbyte_load_pairs(panel) }

    @inline(__always)
    private func addProducts(_ sum: IntegerLanes, _ numbers: IntegerLanes, _ weights: IntegerLanes) -> IntegerLanes {
        cbyte_add_pairs(sum, numbers, weights)
    }
#endif

/// Adds a row's products with one line of the panel, of which `x` and `y` are the two vectors.
@inline(__always)
private func addProducts(
    _ numbers: UnsafeRawPointer, _ x: IntegerLanes, _ y: IntegerLanes, _ left: inout IntegerLanes,
    _ right: inout IntegerLanes
) {
    let numbers = IntegerLanes(repeating: numbers.loadUnaligned(as: Int32.self))
    left = addProducts(left, numbers, x)
    right = addProducts(right, numbers, y)
}

/// The columns of a tile: the sums of their weights and the weights' units.
private struct TileColumns {
    let leftSums, rightSums: IntegerLanes
    let leftScales, rightScales: Lanes

    @inline(__always)
    init(_ sums: UnsafePointer<Int32>, _ scales: Source) {
        leftSums = UnsafeRawPointer(sums).loadUnaligned(as: IntegerLanes.self)
        rightSums = UnsafeRawPointer(sums + laneCount).loadUnaligned(as: IntegerLanes.self)
        leftScales = load(scales)
        rightScales = load(scales + laneCount)
    }

    /// Writes a row of sums as numbers.
    @inline(__always)
    func write(_ left: IntegerLanes, _ right: IntegerLanes, _ row: QuantizedRow, _ out: Target) {
        let zero = IntegerLanes(repeating: row.zero)
        let scale = Lanes(repeating: row.scale)
        store(cbyte_converted(left &- zero &* leftSums) * leftScales * scale, out)
        store(cbyte_converted(right &- zero &* rightSums) * rightScales * scale, out + laneCount)
    }
}

@inline(__always)
func multiplyByteTile(
    _ height: Int, _ out: Target, _ outStride: Int, _ a: UnsafeRawPointer, _ rowStride: Int,
    _ quantization: UnsafePointer<QuantizedRow>, _ b: UnsafeRawPointer, _ sums: UnsafePointer<Int32>, _ scales: Source,
    _ groups: Int, _ ahead: UnsafeRawPointer, _ aheadStep: Int
) {
    var left0 = IntegerLanes.zero
    var right0 = IntegerLanes.zero
    var left1 = IntegerLanes.zero
    var right1 = IntegerLanes.zero
    var left2 = IntegerLanes.zero
    var right2 = IntegerLanes.zero
    var left3 = IntegerLanes.zero
    var right3 = IntegerLanes.zero
    var left4 = IntegerLanes.zero
    var right4 = IntegerLanes.zero
    var left5 = IntegerLanes.zero
    var right5 = IntegerLanes.zero
    #if LANES_16
        var left6 = IntegerLanes.zero
        var right6 = IntegerLanes.zero
        var left7 = IntegerLanes.zero
        var right7 = IntegerLanes.zero
        var left8 = IntegerLanes.zero
        var right8 = IntegerLanes.zero
        var left9 = IntegerLanes.zero
        var right9 = IntegerLanes.zero
        var group2 = a + 6 * rowStride
        var group3 = a + 9 * rowStride
    #endif
    var group0 = a
    var group1 = a + 3 * rowStride
    var panel = b
    var ahead = ahead
    for _ in 0..<groups {
        let x = loadLine(panel)
        let y = loadLine(panel + lineBytes)
        panel += 2 * lineBytes
        prefetchToSecondCache(ahead)
        ahead += aheadStep
        addProducts(group0, x, y, &left0, &right0)
        if height > 1 { addProducts(group0 + rowStride, x, y, &left1, &right1) }
        if height > 2 { addProducts(group0 + 2 * rowStride, x, y, &left2, &right2) }
        if height > 3 { addProducts(group1, x, y, &left3, &right3) }
        if height > 4 { addProducts(group1 + rowStride, x, y, &left4, &right4) }
        if height > 5 { addProducts(group1 + 2 * rowStride, x, y, &left5, &right5) }
        #if LANES_16
            if height > 6 { addProducts(group2, x, y, &left6, &right6) }
            if height > 7 { addProducts(group2 + rowStride, x, y, &left7, &right7) }
            if height > 8 { addProducts(group2 + 2 * rowStride, x, y, &left8, &right8) }
            if height > 9 { addProducts(group3, x, y, &left9, &right9) }
            group2 += 4
            group3 += 4
        #endif
        group0 += 4
        group1 += 4
    }
    let columns = TileColumns(sums, scales)
    columns.write(left0, right0, quantization[0], out + 0 * outStride)
    if height > 1 { columns.write(left1, right1, quantization[1], out + 1 * outStride) }
    if height > 2 { columns.write(left2, right2, quantization[2], out + 2 * outStride) }
    if height > 3 { columns.write(left3, right3, quantization[3], out + 3 * outStride) }
    if height > 4 { columns.write(left4, right4, quantization[4], out + 4 * outStride) }
    if height > 5 { columns.write(left5, right5, quantization[5], out + 5 * outStride) }
    #if LANES_16
        if height > 6 { columns.write(left6, right6, quantization[6], out + 6 * outStride) }
        if height > 7 { columns.write(left7, right7, quantization[7], out + 7 * outStride) }
        if height > 8 { columns.write(left8, right8, quantization[8], out + 8 * outStride) }
        if height > 9 { columns.write(left9, right9, quantization[9], out + 9 * outStride) }
    #endif
}
