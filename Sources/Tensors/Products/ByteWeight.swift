import KernelInterface

/// A weight as signed bytes, with one scale for each output, laid out once for the product of bytes.
///
/// The layout is that of ``PackedWeight``, in one pass over the whole depth. It belongs to the kernels in use.
final class ByteWeight: NarrowWeight {
    let columns: Int
    let depth: Int
    let kernels: any ByteKernelSet.Type
    let panelStorage: TensorStorage
    /// Of the outputs, and zeros up to a whole panel: their scales, and behind those the sums of their bytes as integers.
    private let outputs: TensorStorage

    /// A sum of deeper products may not fit 32 bits.
    static let mostDepth = 65_536

    private var scales: UnsafePointer<Float> { UnsafePointer(outputs.base) }
    private var sums: UnsafePointer<Int32> {
        UnsafePointer(
            UnsafeMutableRawPointer(outputs.base + panels * kernels.tileColumns).assumingMemoryBound(to: Int32.self))
    }

    /// - Parameter weight: `[columns, depth]`; **precondition**: at most `mostDepth` deep.
    init(_ weight: Tensor, kernels: any ByteKernelSet.Type = ByteKernels.active) {
        require(weight.shape[1] <= ByteWeight.mostDepth, "ByteWeight", "depth \(weight.shape[1])")
        columns = weight.shape[0]
        depth = weight.shape[1]
        self.kernels = kernels
        let width = kernels.tileColumns
        let panels = (columns + width - 1) / width
        let panelBytes = (depth + kernels.groupDepth - 1) / kernels.groupDepth * kernels.groupDepth * width
        panelStorage = TensorStorage(uninitialized: (panels * panelBytes + 3) / 4)
        outputs = TensorStorage(uninitialized: 2 * panels * width)
        let bytes = UnsafeMutableRawPointer(panelStorage.base).assumingMemoryBound(to: Int8.self)
        let scales = outputs.base
        let sums = UnsafeMutableRawPointer(outputs.base + panels * width).assumingMemoryBound(to: Int32.self)
        let (columns, depth) = (columns, depth)
        weight.read { source in
            ParallelRows.forEachDisjoint(count: panels, minimumPerTask: max(1, 65_536 / max(1, width * depth))) {
                range in
                withScratch((width * depth + 3) / 4) { scratch in
                    let rows = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Int8.self)
                    for panel in range {
                        let first = panel * width
                        for column in 0..<width {
                            scales[first + column] =
                                first + column < columns
                                ? kernels.quantizeWeightRow(
                                    rows + column * depth, source + (first + column) * depth, count: depth) : 0
                        }
                        kernels.packBytePanel(
                            bytes + panel * panelBytes, sums: sums + first, rows, columnStride: depth, depth: depth,
                            columns: min(width, columns - first))
                    }
                }
            }
        }
    }

    var kernelSet: any NarrowKernelSet.Type { kernels }

    func roundRow(_ out: UnsafeMutableRawPointer, _ source: UnsafePointer<Float>) -> QuantizedRow {
        kernels.quantizeRow(out, source, count: depth)
    }

    func multiply(
        _ out: UnsafeMutablePointer<Float>, stride: Int, _ left: UnsafeRawPointer, rowStride: Int,
        units: UnsafePointer<QuantizedRow>, panels: Range<Int>, rows: Int, ahead: UnsafeRawPointer, aheadStep: Int
    ) {
        let firstColumn = panels.lowerBound * kernels.tileColumns
        kernels.multiplyByteRows(
            out, stride: stride, left, rowStride: rowStride, quantization: units, by: place(panels.lowerBound),
            panelStride: panelBytes, sums: sums + firstColumn, scales: scales + firstColumn, rows: rows,
            columns: panels.count * kernels.tileColumns, groups: groups, ahead: ahead, aheadStep: aheadStep)
    }

    /// The weight that products compute with, `[columns, depth]`.
    var tensor: Tensor {
        let (width, group) = (kernels.tileColumns, kernels.groupDepth)
        return Tensor.filled([columns, depth]) { out in
            ParallelRows.forEachDisjoint(count: columns, minimumPerTask: max(1, 65_536 / max(1, depth))) {
                for column in $0 {
                    let panel = place(column / width) + column % width * group
                    for index in 0..<depth {
                        out[column * depth + index] =
                            scales[column]
                            * Float(
                                panel.load(
                                    fromByteOffset: index / group * width * group + index % group, as: Int8.self))
                    }
                }
            }
        }
    }
}
