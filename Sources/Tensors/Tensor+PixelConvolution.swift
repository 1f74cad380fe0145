extension Tensor {
    /// A 3 x 3 convolution, padded with one pixel of zeros, of a map whose pixels keep their channels together, as tokens
    /// do: a product of the pixels under the kernel, which are read where they lie, and the packed weight.
    ///
    /// **Shapes**: [height, columns, in], bias [out] -> [(height - 1) / stride + 1, (columns - 1) / stride + 1, out]; fewer
    /// rows where `padding` leaves out a row of zeros, as for a band of a larger map (``KernelBand``).
    /// **Preconditions**: three rows with the padding.
    /// **Complexity**: one multiply-add a result, channel and kernel place; the result is the only large memory.
    /// **Matches**: `torch.nn.functional.conv2d` with `padding=1` on permuted axes
    public func convolution3x3(
        weight: ConvolutionWeight, bias: Tensor? = nil, stride: Int = 1, padding: RowPadding = .both,
        activation: Activation = .none
    ) -> Tensor {
        require(
            shape.rank == 3 && count > 0 && shape[2] == weight.inputs && stride > 0
                && (bias.map { $0.shape == [weight.outputs] } ?? true), "convolution3x3",
            "shape \(shape) with weight [\(weight.outputs), \(weight.inputs), 3, 3], bias \(bias?.shape ?? []) and stride "
                + "\(stride)")
        let rows = padding.results(height: shape[0], stride: stride)
        require(rows > 0, "convolution3x3", "shape \(shape) has too few rows for \(padding)")
        let plan = PixelConvolution(
            weight: weight.packed, height: shape[0], width: shape[1], channels: shape[2], stride: stride,
            firstRow: padding.above ? -1 : 0, activation: activation)
        return Tensor.filled([rows, plan.outWidth, weight.outputs]) { out in
            read { source in
                Tensors.read(bias) { bias in plan.run(out, source, bias, rows: rows) }
            }
        }
    }
}

/// The sizes of one 3 x 3 convolution of pixels with their channels together, and the work on its tiles: as many
/// neighbouring pixels of a result row as the register tile has rows.
private struct PixelConvolution {
    let weight: PackedWeight
    let height, width, channels, stride: Int
    /// The input row under the kernel's first row for result row 0.
    let firstRow: Int
    let activation: Tensor.Activation

    typealias Target = UnsafeMutablePointer<Float>
    typealias Source = UnsafePointer<Float>

    private var kernels: KernelTable { weight.kernels }
    var outWidth: Int { (width - 1) / stride + 1 }
    /// Elements of a pixel of a tile: whole panels.
    private var tileStride: Int { weight.panels * kernels.tileColumns }
    /// Pixels of the input under one tile, in one row.
    private var span: Int { (kernels.tileRows - 1) * stride + 3 }

    /// Multiply-adds that are worth a thread's wake-up.
    private static let leastWork = 262_144

    func run(_ out: Target, _ source: Source, _ bias: Source?, rows: Int) {
        let work = outWidth * weight.columns * weight.depth
        let tileSize = kernels.tileRows * tileStride
        let line = width * channels
        ParallelRows.forEachDisjoint(
            count: rows, minimumPerTask: max(1, PixelConvolution.leastWork / max(1, work))
        ) { range in
            withScratch(tileSize + tileStride + 3 * span * channels) { tile in
                let start = tile + tileSize
                let border = start + tileStride
                kernels.fillRow(start, 0, tileStride)
                if let bias { kernels.copyRows(start, weight.columns, bias, weight.columns, 1, weight.columns) }
                for row in range {
                    var first = 0
                    while first < outWidth {
                        let count = min(kernels.tileRows, outWidth - first)
                        kernels.copyRows(tile, tileStride, start, 0, kernels.tileRows, tileStride)
                        let y = firstRow + row * stride
                        let x = first * stride - 1
                        if y >= 0 && y + 3 <= height && x >= 0 && x + span <= width {
                            multiply(tile, source + (y * width + x) * channels, line)
                        } else {
                            fill(border, source, y, x)
                            multiply(tile, border, span * channels)
                        }
                        finish(out + (row * outWidth + first) * weight.columns, tile, count)
                        first += kernels.tileRows
                    }
                }
            }
        }
    }

    /// Adds the product of a tile, whose first kernel place is at `left`, with `line` elements from an input row to the next.
    private func multiply(_ tile: Target, _ left: Source, _ line: Int) {
        let run = 3 * channels
        for kernelRow in 0..<3 {
            // A kernel's row may reach over passes of the packed depth.
            var depth = kernelRow * run
            while depth < (kernelRow + 1) * run {
                let first = depth / PackedWeight.passDepth * PackedWeight.passDepth
                let pass = min(PackedWeight.passDepth, weight.depth - first)
                let end = min(first + pass, (kernelRow + 1) * run)
                kernels.multiplyRowsByPanels(
                    tile, tileStride, left + kernelRow * line + depth - kernelRow * run, stride * channels,
                    weight.panel(0, first: first, run: pass) + (depth - first) * kernels.tileColumns,
                    kernels.tileColumns * pass, kernels.tileRows, weight.panels, end - depth, true)
                depth = end
            }
        }
    }

    /// The three rows of input under a tile that reaches over the map's edge, from row `y` and pixel `x` on, with zeros
    /// outside.
    private func fill(_ border: Target, _ source: Source, _ y: Int, _ x: Int) {
        let inside = max(0, x)..<max(0, min(width, x + span))
        kernels.fillRow(border, 0, 3 * span * channels)
        for row in max(0, y)..<min(height, y + 3) {
            let count = inside.count * channels
            kernels.copyRows(
                border + ((row - y) * span + inside.lowerBound - x) * channels, count,
                source + (row * width + inside.lowerBound) * channels, count, 1, count)
        }
    }

    /// Writes `count` pixels of a tile to where they belong.
    private func finish(_ out: Target, _ tile: Target, _ count: Int) {
        ProductEpilogue(activation: activation).apply(
            kernels, tile, row: 0, column: 0, columns: count * tileStride, residualOffset: 0)
        kernels.copyRows(out, weight.columns, tile, tileStride, count, weight.columns)
    }
}
