// The register tile of the matrix product, written out row by row: the accumulators must be separate variables to stay in
// registers. Two vectors wide; as many rows as the registers of the instruction set allow (24 accumulators of 32 registers
// with AVX-512, 12 of 16 otherwise). Element (row, k) of the left operand stands at `row * rowStride + k * depthStride`.

@inline(__always)
private func storePair(_ left: Lanes, _ right: Lanes, _ out: Destination, _ accumulate: Bool) {
    if accumulate {
        store(load(out) + left, out)
        store(load(out + laneCount) + right, out + laneCount)
    } else {
        store(left, out)
        store(right, out + laneCount)
    }
}

#if LANES_16
    @inline(__always)
    func multiplyTile(
        _ out: Destination, _ outStride: Int, _ a: Source, _ rowStride: Int, _ depthStride: Int, _ b: Source,
        _ depth: Int, _ accumulate: Bool
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
        var left6 = Lanes.zero
        var right6 = Lanes.zero
        var left7 = Lanes.zero
        var right7 = Lanes.zero
        var left8 = Lanes.zero
        var right8 = Lanes.zero
        var left9 = Lanes.zero
        var right9 = Lanes.zero
        var left10 = Lanes.zero
        var right10 = Lanes.zero
        var left11 = Lanes.zero
        var right11 = Lanes.zero
        var group0 = a
        var group1 = a + 3 * rowStride
        var group2 = a + 6 * rowStride
        var group3 = a + 9 * rowStride
        var panel = b
        for _ in 0..<depth {
            let x = load(panel)
            let y = load(panel + laneCount)
            panel += 2 * laneCount
            let factor0 = Lanes(repeating: group0[0])
            left0 = multiplyAdd(factor0, x, left0)
            right0 = multiplyAdd(factor0, y, right0)
            let factor1 = Lanes(repeating: group0[rowStride])
            left1 = multiplyAdd(factor1, x, left1)
            right1 = multiplyAdd(factor1, y, right1)
            let factor2 = Lanes(repeating: group0[2 * rowStride])
            left2 = multiplyAdd(factor2, x, left2)
            right2 = multiplyAdd(factor2, y, right2)
            let factor3 = Lanes(repeating: group1[0])
            left3 = multiplyAdd(factor3, x, left3)
            right3 = multiplyAdd(factor3, y, right3)
            let factor4 = Lanes(repeating: group1[rowStride])
            left4 = multiplyAdd(factor4, x, left4)
            right4 = multiplyAdd(factor4, y, right4)
            let factor5 = Lanes(repeating: group1[2 * rowStride])
            left5 = multiplyAdd(factor5, x, left5)
            right5 = multiplyAdd(factor5, y, right5)
            let factor6 = Lanes(repeating: group2[0])
            left6 = multiplyAdd(factor6, x, left6)
            right6 = multiplyAdd(factor6, y, right6)
            let factor7 = Lanes(repeating: group2[rowStride])
            left7 = multiplyAdd(factor7, x, left7)
            right7 = multiplyAdd(factor7, y, right7)
            let factor8 = Lanes(repeating: group2[2 * rowStride])
            left8 = multiplyAdd(factor8, x, left8)
            right8 = multiplyAdd(factor8, y, right8)
            let factor9 = Lanes(repeating: group3[0])
            left9 = multiplyAdd(factor9, x, left9)
            right9 = multiplyAdd(factor9, y, right9)
            let factor10 = Lanes(repeating: group3[rowStride])
            left10 = multiplyAdd(factor10, x, left10)
            right10 = multiplyAdd(factor10, y, right10)
            let factor11 = Lanes(repeating: group3[2 * rowStride])
            left11 = multiplyAdd(factor11, x, left11)
            right11 = multiplyAdd(factor11, y, right11)
            group0 += depthStride
            group1 += depthStride
            group2 += depthStride
            group3 += depthStride
        }
        storePair(left0, right0, out, accumulate)
        storePair(left1, right1, out + 1 * outStride, accumulate)
        storePair(left2, right2, out + 2 * outStride, accumulate)
        storePair(left3, right3, out + 3 * outStride, accumulate)
        storePair(left4, right4, out + 4 * outStride, accumulate)
        storePair(left5, right5, out + 5 * outStride, accumulate)
        storePair(left6, right6, out + 6 * outStride, accumulate)
        storePair(left7, right7, out + 7 * outStride, accumulate)
        storePair(left8, right8, out + 8 * outStride, accumulate)
        storePair(left9, right9, out + 9 * outStride, accumulate)
        storePair(left10, right10, out + 10 * outStride, accumulate)
        storePair(left11, right11, out + 11 * outStride, accumulate)
    }
#else
    @inline(__always)
    func multiplyTile(
        _ out: Destination, _ outStride: Int, _ a: Source, _ rowStride: Int, _ depthStride: Int, _ b: Source,
        _ depth: Int, _ accumulate: Bool
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
        var group0 = a
        var group1 = a + 3 * rowStride
        var panel = b
        for _ in 0..<depth {
            let x = load(panel)
            let y = load(panel + laneCount)
            panel += 2 * laneCount
            let factor0 = Lanes(repeating: group0[0])
            left0 = multiplyAdd(factor0, x, left0)
            right0 = multiplyAdd(factor0, y, right0)
            let factor1 = Lanes(repeating: group0[rowStride])
            left1 = multiplyAdd(factor1, x, left1)
            right1 = multiplyAdd(factor1, y, right1)
            let factor2 = Lanes(repeating: group0[2 * rowStride])
            left2 = multiplyAdd(factor2, x, left2)
            right2 = multiplyAdd(factor2, y, right2)
            let factor3 = Lanes(repeating: group1[0])
            left3 = multiplyAdd(factor3, x, left3)
            right3 = multiplyAdd(factor3, y, right3)
            let factor4 = Lanes(repeating: group1[rowStride])
            left4 = multiplyAdd(factor4, x, left4)
            right4 = multiplyAdd(factor4, y, right4)
            let factor5 = Lanes(repeating: group1[2 * rowStride])
            left5 = multiplyAdd(factor5, x, left5)
            right5 = multiplyAdd(factor5, y, right5)
            group0 += depthStride
            group1 += depthStride
        }
        storePair(left0, right0, out, accumulate)
        storePair(left1, right1, out + 1 * outStride, accumulate)
        storePair(left2, right2, out + 2 * outStride, accumulate)
        storePair(left3, right3, out + 3 * outStride, accumulate)
        storePair(left4, right4, out + 4 * outStride, accumulate)
        storePair(left5, right5, out + 5 * outStride, accumulate)
    }
#endif
