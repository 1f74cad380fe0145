import CPrefetch

// The register tile of the matrix product. It is written out row by row, because only separate variables stay in
// registers. A tile is two vectors wide. It has up to 10 rows with AVX-512, which take 20 of 32 registers, and up to 6
// otherwise. Tiles of 12 and 14 rows fit too, but made a large transformer 1 and 4 % slower on Zen 5. Callers pass
// `height` as a literal, so rows beyond it leave no instructions.
// Element (row, k) of the left operand is at `row * rowStride + k * depthStride`.
// With each k, the tile prefetches the cache line at `ahead`, which then moves on by `aheadStep` bytes.

@inline(__always)
private func storePair(_ left: Lanes, _ right: Lanes, _ out: Target, _ accumulate: Bool) {
    if accumulate {
        store(load(out) + left, out)
        store(load(out + laneCount) + right, out + laneCount)
    } else {
        store(left, out)
        store(right, out + laneCount)
    }
}

/// Adds a row's products with one line of the panel, of which `x` and `y` are the two vectors.
@inline(__always)
private func addProducts(_ factor: Source, _ x: Lanes, _ y: Lanes, _ left: inout Lanes, _ right: inout Lanes) {
    let factor = Lanes(repeating: factor[0])
    left = multiplyAdd(factor, x, left)
    right = multiplyAdd(factor, y, right)
}

@inline(__always)
func multiplyTile(
    _ height: Int, _ out: Target, _ outStride: Int, _ a: Source, _ rowStride: Int, _ depthStride: Int,
    _ b: Source, _ depth: Int, _ accumulate: Bool, _ ahead: UnsafeRawPointer, _ aheadStep: Int
) {
    var left0 = Lanes.zero
    var right0 = Lanes.zero
    var left1 = Lanes.zero
    var right1 = Lanes.zero
    var left2 = Lanes.zero
    var right2 = Lanes.zero
    var left3 = Lanes.zero
    var right3 = Lanes.zero
    var left4 = Lanes.zero
    var right4 = Lanes.zero
    var left5 = Lanes.zero
    var right5 = Lanes.zero
    #if LANES_16
        var left6 = Lanes.zero
        var right6 = Lanes.zero
        var left7 = Lanes.zero
        var right7 = Lanes.zero
        var left8 = Lanes.zero
        var right8 = Lanes.zero
        var left9 = Lanes.zero
        var right9 = Lanes.zero
        var group2 = a + 6 * rowStride
        var group3 = a + 9 * rowStride
    #endif
    var group0 = a
    var group1 = a + 3 * rowStride
    var panel = b
    var ahead = ahead
    for _ in 0..<depth {
        let x = load(panel)
        let y = load(panel + laneCount)
        panel += 2 * laneCount
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
            group2 += depthStride
            group3 += depthStride
        #endif
        group0 += depthStride
        group1 += depthStride
    }
    storePair(left0, right0, out, accumulate)
    if height > 1 { storePair(left1, right1, out + 1 * outStride, accumulate) }
    if height > 2 { storePair(left2, right2, out + 2 * outStride, accumulate) }
    if height > 3 { storePair(left3, right3, out + 3 * outStride, accumulate) }
    if height > 4 { storePair(left4, right4, out + 4 * outStride, accumulate) }
    if height > 5 { storePair(left5, right5, out + 5 * outStride, accumulate) }
    #if LANES_16
        if height > 6 { storePair(left6, right6, out + 6 * outStride, accumulate) }
        if height > 7 { storePair(left7, right7, out + 7 * outStride, accumulate) }
        if height > 8 { storePair(left8, right8, out + 8 * outStride, accumulate) }
        if height > 9 { storePair(left9, right9, out + 9 * outStride, accumulate) }
    #endif
}
