// Activations over a row; `out` may be `source`.

/// `0.5 x (1 + erf(x / sqrt 2))` as `max(x, 0) - |x| Phi(-|x|)`, where `Phi(-|x|) = exp(-x^2 / 2) q(t)` with
/// `t = 1 / (1 + 0.3 |x|)` and q a minimax fit (relative error 5.8e-8 for |x| <= 14). Both tails keep their relative
/// accuracy; the absolute error against the value in Double is below 1e-6 for |x| <= 8, and below one rounding of x above.
@inline(__always)
private func gelu(_ x: Lanes) -> Lanes {
    let magnitude = lanes(magnitudeBits(x))
    // The function is 0 or x from here on. The limit does not let a NaN through: that comes with t.
    let limited = lanes(limitedMagnitudeBits(x, 14.5))
    let t = Lanes(repeating: 1) / multiplyAdd(magnitude, Lanes(repeating: 0.3), Lanes(repeating: 1))
    let scale: Float = 0x1p-64
    var q = Lanes(repeating: 0.038378290832042694 * scale)
    q = multiplyAdd(q, t, Lanes(repeating: -0.16916611790657043 * scale))
    q = multiplyAdd(q, t, Lanes(repeating: 0.22866007685661316 * scale))
    q = multiplyAdd(q, t, Lanes(repeating: -0.07650648057460785 * scale))
    q = multiplyAdd(q, t, Lanes(repeating: 0.1425355225801468 * scale))
    q = multiplyAdd(q, t, Lanes(repeating: 0.09468352049589157 * scale))
    q = multiplyAdd(q, t, Lanes(repeating: 0.12192033976316452 * scale))
    q = multiplyAdd(q, t, Lanes(repeating: 0.1194876879453659 * scale))
    q = multiplyAdd(q, t, Lanes(repeating: 7.168875981733436e-06 * scale))
    let tail = scaledExponentialOfHalf(limited * limited) * (limited * q)
    return lanes(bits(x) & ~signMask(bits(x))) - tail
}

/// `2^64 exp(-x / 2)` for 0 <= x <= 211: with that factor no result is too small for the exponent.
///
/// As `exponential`: x = r - 2 n ln 2 with |r| <= ln 2, and the polynomial is a minimax fit of exp(-r / 2) there, relative
/// error 7.6e-8.
@inline(__always)
private func scaledExponentialOfHalf(_ x: Lanes) -> Lanes {
    let shifted = multiplyAdd(x, Lanes(repeating: -0.72134752), Lanes(repeating: 12_582_912))
    let n = shifted - Lanes(repeating: 12_582_912)
    let r = multiplyAdd(n, Lanes(repeating: -4.24388880e-4), multiplyAdd(n, Lanes(repeating: 1.38671875), x))
    let scale: Float = 0x1p64
    var p = Lanes(repeating: -0.00025929950061254203 * scale)
    p = multiplyAdd(p, r, Lanes(repeating: 0.0026197421830147505 * scale))
    p = multiplyAdd(p, r, Lanes(repeating: -0.02083447203040123 * scale))
    p = multiplyAdd(p, r, Lanes(repeating: 0.12499722838401794 * scale))
    p = multiplyAdd(p, r, Lanes(repeating: -0.49999985098838806 * scale))
    p = multiplyAdd(p, r, Lanes(repeating: 1.0000001192092896 * scale))
    // The shift moves all but n out of the shifted number.
    return lanes(bits(p) &+ (bits(shifted) &<< IntegerLanes(repeating: 23)))
}

/// The negative of |x|, but not below `-limit`, from where on the factor beside it is 0: minus infinity times 0 would be
/// NaN where the limit is 0.
@inline(__always)
private func limitedNegative(_ x: Lanes, _ limit: Float) -> Lanes {
    lanes(limitedMagnitudeBits(x, limit) | IntegerLanes(repeating: Int32.min))
}

@inline(__always)
private func sigmoid(_ x: Lanes) -> Lanes {
    Lanes(repeating: 1) / (Lanes(repeating: 1) + exponential(-x))
}

@inline(__always)
private func apply(_ function: Int32, _ x: Lanes) -> Lanes {
    switch function {
    case 0: return gelu(x)
    case 1:
        let bounded = select(signMask(bits(x)), limitedNegative(x, 60), x)
        return bounded * sigmoid(x * Lanes(repeating: 1.702))
    case 2: return lanes(bits(x) & ~(signMask(bits(x)) & ~nanMask(x)))
    case 3: return sigmoid(x)
    default: return x.squareRoot()
    }
}

@inline(__always)
private func applyLoop(_ function: Int32, _ out: Destination, _ source: Source, _ count: Int) {
    var index = 0
    while index + laneCount <= count {
        store(apply(function, load(source + index)), out + index)
        index += laneCount
    }
    let rest = count - index
    if rest > 0 {
        storePartial(apply(function, loadPartial(source + index, rest, filler: 0)), out + index, rest)
    }
}

/// The exact GELU (with erf, not the tanh approximation).
public func geluRow(_ out: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, _ count: Int) {
    applyLoop(0, out, source, count)
}

/// `x sigmoid(1.702 x)`.
public func quickGELURow(_ out: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, _ count: Int) {
    applyLoop(1, out, source, count)
}

/// `max(x, 0)`; NaN stays NaN.
public func reluRow(_ out: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, _ count: Int) {
    applyLoop(2, out, source, count)
}

/// `1 / (1 + exp(-x))`.
public func sigmoidRow(_ out: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, _ count: Int) {
    applyLoop(3, out, source, count)
}

/// `sqrt(x)`; NaN below 0.
public func squareRootRow(_ out: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, _ count: Int) {
    applyLoop(4, out, source, count)
}

/// What `finishRows` applies: the codes of `apply`, one higher, and 0 for nothing.
@inline(__always)
private func activated(_ activation: Int32, _ x: Lanes) -> Lanes {
    activation == 0 ? x : apply(activation - 1, x)
}

@inline(__always)
private func finishLoop(
    _ activation: Int32, _ out: Destination, _ outStride: Int, _ source: Source, _ sourceStride: Int, _ bias: Source?,
    _ biasRowStep: Int, _ biasStep: Int, _ residual: Source?, _ residualStride: Int, _ rows: Int, _ columns: Int
) {
    for row in 0..<rows {
        let target = out + row * outStride
        let line = source + row * sourceStride
        let biasLine = bias.map { $0 + row * biasRowStep }
        let residualLine = residual.map { $0 + row * residualStride }
        let biasAll = Lanes(repeating: biasStep == 0 ? biasLine?[0] ?? 0 : 0)
        var index = 0
        while index + laneCount <= columns {
            var x = load(line + index)
            if let biasLine { x += biasStep == 0 ? biasAll : load(biasLine + index) }
            x = activated(activation, x)
            if let residualLine { x += load(residualLine + index) }
            store(x, target + index)
            index += laneCount
        }
        let rest = columns - index
        if rest > 0 {
            var x = loadPartial(line + index, rest, filler: 0)
            if let biasLine { x += biasStep == 0 ? biasAll : loadPartial(biasLine + index, rest, filler: 0) }
            x = activated(activation, x)
            if let residualLine { x += loadPartial(residualLine + index, rest, filler: 0) }
            storePartial(x, target + index, rest)
        }
    }
}

/// `out = activation(source + bias) + residual` for rows of `columns` elements, each operand with a stride of its own: what
/// follows a product, in one go. Activation 0 is none, 1 GELU, 2 QuickGELU, 3 ReLU. The bias moves on by `biasRowStep` with
/// every row and by `biasStep`, 0 or 1, with every element. `out` may be `source`.
public func finishRows(
    _ out: UnsafeMutablePointer<Float>, _ outStride: Int, _ source: UnsafePointer<Float>, _ sourceStride: Int,
    _ bias: UnsafePointer<Float>?, _ biasRowStep: Int, _ biasStep: Int, _ activation: Int32,
    _ residual: UnsafePointer<Float>?, _ residualStride: Int, _ rows: Int, _ columns: Int
) {
    // One choice for all rows, so that constants are loaded once.
    switch activation {
    case 0:
        finishLoop(
            0, out, outStride, source, sourceStride, bias, biasRowStep, biasStep, residual, residualStride, rows,
            columns)
    case 1:
        finishLoop(
            1, out, outStride, source, sourceStride, bias, biasRowStep, biasStep, residual, residualStride, rows,
            columns)
    case 2:
        finishLoop(
            2, out, outStride, source, sourceStride, bias, biasRowStep, biasStep, residual, residualStride, rows,
            columns)
    default:
        finishLoop(
            3, out, outStride, source, sourceStride, bias, biasRowStep, biasStep, residual, residualStride, rows,
            columns)
    }
}
