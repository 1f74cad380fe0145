import KernelInterface

/// Some rows of one panel of ``ColumnPanels`` or of a task's memory, valid only inside the call that hands them out.
///
/// What a small network does to a few columns is written with these operations; nothing is allocated and no thread woken.
package struct Panel {
    private let base: UnsafeMutablePointer<Float>
    package let rows: Int

    init(_ base: UnsafeMutablePointer<Float>, rows: Int) {
        self.base = base
        self.rows = rows
    }

    /// Some of the rows.
    package subscript(range: Range<Int>) -> Panel {
        require(range.lowerBound >= 0 && range.upperBound <= rows, "Panel", "rows \(range) of \(rows)")
        return Panel(base + range.lowerBound * ColumnPanels.width, rows: range.count)
    }

    /// Becomes the same as `other`, of as many rows.
    package func copy(_ other: Panel) {
        require(rows == other.rows, "copy", "\(other.rows) rows to \(rows)")
        let count = rows * ColumnPanels.width
        Kernels.active.copyRow(base, other.base, count: count)
    }

    /// Becomes `weight * other + bias`; row i of it becomes row `i * step` of this panel.
    package func formProduct(_ weight: PanelWeight, _ other: Panel, step: Int = 1) {
        require(
            other.rows == weight.depth && rows == (weight.rows - 1) * step + 1 && (weight.bias == nil || step == 1),
            "formProduct", "\(weight.rows) rows of depth \(weight.depth) by \(other.rows) to \(rows)")
        if let bias = weight.bias { bias.read { Kernels.active.fillPanelRows(base, with: $0, rows: rows) } }
        weight.matrix.read { matrix in
            Kernels.active.multiply(
                base, stride: step * ColumnPanels.width, matrix, rows: weight.rows, depth: weight.depth,
                byPanel: other.base, accumulate: weight.bias != nil)
        }
    }

    /// Each column normalised over these rows, then scaled and shifted; `weight` and `bias` [rows].
    package func normalize(weight: Tensor, bias: Tensor, epsilon: Float) {
        require(
            weight.shape == [rows] && bias.shape == [rows], "normalize",
            "weight \(weight.shape) and bias \(bias.shape) for \(rows) rows")
        weight.read { weight in
            bias.read { bias in
                let width = ColumnPanels.width
                Kernels.active.layerNormPixels(
                    base, base, weight: weight, bias: bias, epsilon: epsilon, channels: rows, planeStride: width,
                    count: width)
            }
        }
    }

    /// The exact GELU of every element.
    package func applyGELU() { Kernels.active.geluRow(base, base, count: rows * ColumnPanels.width) }
}

/// An affine map of columns.
package struct PanelWeight: Sendable {
    /// `[out, in]`, read as it lies.
    package let matrix: Tensor
    /// `[out]`.
    package let bias: Tensor?

    var rows: Int { matrix.shape[0] }
    var depth: Int { matrix.shape[1] }

    /// That one column takes.
    package var multiplyAdds: Int { rows * depth }

    /// - Parameters:
    ///   - matrix: `[out, in]`.
    ///   - bias: `[out]`.
    package init(_ matrix: Tensor, bias: Tensor? = nil) {
        require(
            matrix.shape.rank == 2 && (bias.map { $0.shape == [matrix.shape[0]] } ?? true), "PanelWeight",
            "matrix \(matrix.shape), bias \(bias?.shape ?? [])")
        self.matrix = matrix
        self.bias = bias
    }
}
