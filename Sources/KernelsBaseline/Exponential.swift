// e^x: x = n ln 2 + r with |r| <= ln 2 / 2, e^r by a polynomial, 2^n put into the exponent in two steps so that both
// overflow and gradual underflow come out right.

/// Adding and subtracting 1.5 * 2^23 rounds to the nearest integer without a library call.
private let roundingShift: Float = 12_582_912

/// Within 2 units in the last place of e^x (the test measures it); infinity above 88.73, 0 below -103.98, NaN stays NaN.
///
/// The coefficients are a minimax fit of (e^r - 1 - r) / r^2 on |r| <= 0.35, relative error 3.3e-9.
@inline(__always)
func exponential(_ argument: Lanes) -> Lanes {
    // Beyond 104 in size the result is 0 or infinity anyway, and the exponents below stay in range.
    let sign = bits(argument) & IntegerLanes(repeating: Int32.min)
    let x = lanes(limitedMagnitudeBits(argument, 104) | sign)
    let shifted = multiplyAdd(x, Lanes(repeating: 1.44269504), Lanes(repeating: roundingShift))
    let n = shifted - Lanes(repeating: roundingShift)
    // ln 2 in two parts; n times the first is exact.
    let r = multiplyAdd(n, Lanes(repeating: 2.12194440e-4), multiplyAdd(n, Lanes(repeating: -0.693359375), x))
    var p = Lanes(repeating: 0.0013813144760206342)
    p = multiplyAdd(p, r, Lanes(repeating: 0.008369418792426586))
    p = multiplyAdd(p, r, Lanes(repeating: 0.04166845604777336))
    p = multiplyAdd(p, r, Lanes(repeating: 0.16666515171527863))
    p = multiplyAdd(p, r, Lanes(repeating: 0.4999999403953552))
    p = multiplyAdd(p, r * r, r) + Lanes(repeating: 1)
    // The low bits of the shifted number are n itself.
    let exponent = bits(shifted) &- IntegerLanes(repeating: 0x4B40_0000)
    let half = exponent &>> IntegerLanes(repeating: 1)
    let bias = IntegerLanes(repeating: 127)
    let mantissaBits = IntegerLanes(repeating: 23)
    let firstScale = lanes((half &+ bias) &<< mantissaBits)
    let secondScale = lanes((exponent &- half &+ bias) &<< mantissaBits)
    // All ones is a NaN.
    return lanes(bits((p * firstScale) * secondScale) | nanMask(argument))
}

/// 2^-y for y >= +0, relative error below 2e-7; below 2^-126 less than that, and exactly 0 from 127 on. A NaN gives 0.
///
/// y = n + g, both exact, with |g| <= 1/2; the polynomial is a minimax fit of 2^-g there that is exact at 0, relative error
/// 9.2e-8. A third of the work of `exponential`: nothing is taken off g in two parts, and no result needs a power of two in
/// two steps.
@inline(__always)
func powerOfTwo(minus y: Lanes) -> Lanes {
    // The exponent of 1.0 less 127 is 0.
    let limited = lanes(limitedBits(y, 127))
    let shifted = Lanes(repeating: roundingShift) - limited
    let g = limited + (shifted - Lanes(repeating: roundingShift))
    var p = Lanes(repeating: -0.001326472731307149)
    p = multiplyAdd(p, g, Lanes(repeating: 0.009671512991189957))
    p = multiplyAdd(p, g, Lanes(repeating: -0.05550733581185341))
    p = multiplyAdd(p, g, Lanes(repeating: 0.24022242426872253))
    p = multiplyAdd(p, g, Lanes(repeating: -0.6931470036506653))
    p = multiplyAdd(p, g, Lanes(repeating: 1))
    // The shift moves all but -n out of the shifted number.
    return lanes(bits(p) &+ (bits(shifted) &<< IntegerLanes(repeating: 23)))
}

extension Kernels {
    /// `out = exp(source)`.
    static func exponentialRow(_ out: Target, _ source: Source, count: Int) {
        var index = 0
        while index < count {
            let rest = min(laneCount, count - index)
            if rest == laneCount {
                store(exponential(load(source + index)), out + index)
            } else {
                storePartial(exponential(loadPartial(source + index, rest, filler: 0)), out + index, rest)
            }
            index += laneCount
        }
    }

    /// `out = exp(source - offset)`, and the sum of what was written, in the order of `sumRow` with one running vector.
    static func exponentialDifferenceRow(_ out: Target, _ source: Source, less offset: Float, count: Int) -> Float {
        let offsets = Lanes(repeating: offset)
        var first = Lanes.zero
        var index = 0
        while index + laneCount <= count {
            let value = exponential(load(source + index) - offsets)
            store(value, out + index)
            first += value
            index += laneCount
        }
        let rest = count - index
        if rest > 0 {
            // Minus infinity gives exactly 0, so the filler lanes add nothing.
            let value = exponential(loadPartial(source + index, rest, filler: -Float.infinity) - offsets)
            storePartial(value, out + index, rest)
            for lane in 0..<rest { first[lane] += value[lane] }
        }
        return horizontalSum(first)
    }

    /// `out = softmax(source)` over one row.
    ///
    /// The maximum is taken off first. A NaN anywhere, or a plus infinity, makes the whole row NaN; a row of minus
    /// infinities alone is NaN too (there is nothing to choose from), as in PyTorch.
    static func softmaxRow(_ out: Target, _ source: Source, count: Int) {
        let greatest = maximumRow(source, count: count)
        let total = exponentialDifferenceRow(out, source, less: greatest, count: count)
        let totals = Lanes(repeating: total)
        var index = 0
        while index + laneCount <= count {
            store(load(out + index) / totals, out + index)
            index += laneCount
        }
        while index < count {
            out[index] /= total
            index += 1
        }
    }
}
