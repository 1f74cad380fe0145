import KernelInterface
import RealModule

// Functions of each element.

extension Tensor {
    private func mapped(_ row: (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int) -> Void) -> Tensor {
        Tensor.filled(shape, OperationCost(.elementwise, elements: 2 * count)) { out in
            read { source in
                ParallelRows.forEachDisjoint(Tensor.elementSplit(count)) { range in
                    row(out + range.lowerBound, source + range.lowerBound, range.count)
                }
            }
        }
    }

    /// The exact GELU, `x / 2 (1 + erf(x / sqrt 2))`.
    ///
    /// **Accuracy**: within 1e-6 of the value in Double for |x| <= 8, one rounding above.
    /// **Matches**: `torch.nn.functional.gelu(x)`
    public func gelu() -> Tensor { mapped(Kernels.active.geluRow) }

    /// `x sigmoid(1.702 x)`, an approximation of the GELU that published weights were trained with.
    public func quickGELU() -> Tensor { mapped(Kernels.active.quickGELURow) }

    /// `max(x, 0)`; NaN stays NaN.
    public func relu() -> Tensor { mapped(Kernels.active.reluRow) }

    /// `1 / (1 + e^-x)`.
    public func sigmoid() -> Tensor { mapped(Kernels.active.sigmoidRow) }

    /// `e^x`, within 2 units in the last place.
    public func exponential() -> Tensor { mapped(Kernels.active.exponentialRow) }

    /// NaN below 0.
    public func squareRoot() -> Tensor { mapped(Kernels.active.squareRootRow) }

    /// Radians.
    public func sine() -> Tensor {
        mapped { out, source, count in
            for index in 0..<count { out[index] = Float.sin(source[index]) }
        }
    }

    /// Radians.
    public func cosine() -> Tensor {
        mapped { out, source, count in
            for index in 0..<count { out[index] = Float.cos(source[index]) }
        }
    }

    /// Limited to the range; NaN stays NaN.
    public func clamped(to range: ClosedRange<Float>) -> Tensor {
        let kernels = Kernels.active
        return mapped { kernels.clampRow($0, $1, from: range.lowerBound, to: range.upperBound, count: $2) }
    }
}
