import KernelInterface

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

/// `x sigmoid(1.702 x)` as `max(x, 0) - |x| e / (1 + e)` with `e = exp(-1.702 |x|)`: a power of two with an exponent below 0
/// is half the work of any power of e.
@inline(__always)
private func quickGELU(_ x: Lanes) -> Lanes {
    let magnitude = lanes(magnitudeBits(x))
    let e = powerOfTwo(minus: magnitude * Lanes(repeating: 1.702 * 1.442695040888963))
    // e is 0 from 52 on, where infinity as its factor would make a NaN.
    let limited = lanes(limitedMagnitudeBits(x, 64))
    let tail = limited * e / (Lanes(repeating: 1) + e)
    return lanes(bits(lanes(bits(x) & ~signMask(bits(x))) - tail) | nanMask(x))
}

@inline(__always)
private func relu(_ x: Lanes) -> Lanes { lanes(bits(x) & ~(signMask(bits(x)) & ~nanMask(x))) }

/// `min(max(x, 0), 6)`. Both comparisons give `x` where it is NaN.
@inline(__always)
private func relu6(_ x: Lanes) -> Lanes { greater(Lanes(repeating: 0), lesser(Lanes(repeating: 6), x)) }

@inline(__always)
private func sigmoid(_ x: Lanes) -> Lanes { Lanes(repeating: 1) / (Lanes(repeating: 1) + exponential(-x)) }

private enum ElementFunction { case gelu, quickGELU, relu, sigmoid, squareRoot }

@inline(__always)
private func apply(_ function: ElementFunction, _ x: Lanes) -> Lanes {
    switch function {
    case .gelu: gelu(x)
    case .quickGELU: quickGELU(x)
    case .relu: relu(x)
    case .sigmoid: sigmoid(x)
    case .squareRoot: x.squareRoot()
    }
}

@inline(__always)
private func applyLoop(_ function: ElementFunction, _ out: Target, _ source: Source, _ count: Int) {
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

extension Kernels {
    /// The exact GELU (with erf, not the tanh approximation).
    static func geluRow(_ out: Target, _ source: Source, count: Int) { applyLoop(.gelu, out, source, count) }

    /// `x sigmoid(1.702 x)`.
    static func quickGELURow(_ out: Target, _ source: Source, count: Int) {
        applyLoop(.quickGELU, out, source, count)
    }

    /// `max(x, 0)`; NaN stays NaN.
    static func reluRow(_ out: Target, _ source: Source, count: Int) { applyLoop(.relu, out, source, count) }

    /// `1 / (1 + exp(-x))`.
    static func sigmoidRow(_ out: Target, _ source: Source, count: Int) {
        applyLoop(.sigmoid, out, source, count)
    }

    /// `sqrt(x)`; NaN below 0.
    static func squareRootRow(_ out: Target, _ source: Source, count: Int) {
        applyLoop(.squareRoot, out, source, count)
    }

    /// `out = activation(source + bias) + residual` for rows of `columns` elements, each operand with a stride of its
    /// own: what follows a product, in one go. The bias moves on by `biasRowStep` with every row and by `biasStep`, 0
    /// or 1, with every element. `out` may be `source`.
    static func finishRows(
        _ out: Target, stride outStride: Int, _ source: Source, stride sourceStride: Int, bias: Source?,
        biasRowStep: Int, biasStep: Int, activation: RowActivation, residual: Source?, residualStride: Int, rows: Int,
        columns: Int
    ) {
        let task = FinishTask(
            out: out, source: source, bias: bias, residual: residual, outStride: outStride, sourceStride: sourceStride,
            residualStride: residualStride, biasRowStep: biasRowStep, biasStep: biasStep, rows: rows, columns: columns)
        switch activation {
        case .none: finishPlain(task)
        case .gelu: finishGELU(task)
        case .quickGELU: finishQuickGELU(task)
        case .relu: finishReLU(task)
        case .relu6: finishReLU6(task)
        }
    }
}

private struct FinishTask {
    let out: Target
    let source: Source
    let bias, residual: Source?
    let outStride, sourceStride, residualStride: Int
    let biasRowStep, biasStep: Int
    let rows, columns: Int
}

// A function of its own for each activation: in one function the compiler makes one loop of all, with a jump a vector.

@inline(never) private func finishPlain(_ task: FinishTask) { finish(task) { $0 } }
@inline(never) private func finishGELU(_ task: FinishTask) { finish(task) { gelu($0) } }
@inline(never) private func finishQuickGELU(_ task: FinishTask) { finish(task) { quickGELU($0) } }
@inline(never) private func finishReLU(_ task: FinishTask) { finish(task) { relu($0) } }
@inline(never) private func finishReLU6(_ task: FinishTask) { finish(task) { relu6($0) } }

@inline(__always)
private func finish(_ task: FinishTask, _ activation: (Lanes) -> Lanes) {
    for row in 0..<task.rows {
        let target = task.out + row * task.outStride
        let line = task.source + row * task.sourceStride
        let bias = task.bias.map { $0 + row * task.biasRowStep }
        let residual = task.residual.map { $0 + row * task.residualStride }
        let biasAll = Lanes(repeating: task.biasStep == 0 ? bias?[0] ?? 0 : 0)
        var index = 0
        while index + laneCount <= task.columns {
            var x = load(line + index)
            if let bias { x += task.biasStep == 0 ? biasAll : load(bias + index) }
            x = activation(x)
            if let residual { x += load(residual + index) }
            store(x, target + index)
            index += laneCount
        }
        let rest = task.columns - index
        if rest > 0 {
            var x = loadPartial(line + index, rest, filler: 0)
            if let bias { x += task.biasStep == 0 ? biasAll : loadPartial(bias + index, rest, filler: 0) }
            x = activation(x)
            if let residual { x += loadPartial(residual + index, rest, filler: 0) }
            storePartial(x, target + index, rest)
        }
    }
}
