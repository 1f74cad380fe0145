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
    convenience init(_ weight: Tensor, kernels: any ByteKernelSet.Type = ByteKernels.active) {
        self.init(weight.shape, kernels: kernels) { make in
            weight.read { source in
                make { kernels.quantizeWeightRow($0, source + $1 * weight.shape[1], count: weight.shape[1]) }
            }
        }
    }

    /// From bytes and scales as they are; **precondition**: at most `mostDepth` deep.
    convenience init(_ rows: ByteRows, kernels: any ByteKernelSet.Type = ByteKernels.active) {
        let depth = rows.shape[1]
        self.init(rows.shape, kernels: kernels) { make in
            rows.bytes.withUnsafeBufferPointer { bytes in
                make { target, row in
                    if let base = bytes.baseAddress { target.update(from: base + row * depth, count: depth) }
                    return rows.scales[row]
                }
            }
        }
    }

    /// Writes the bytes of a row, and returns its scale.
    private typealias RowMaker = (_ target: UnsafeMutablePointer<Int8>, _ row: Int) -> Float

    /// - Parameter fill: calls what it is given with what makes a row.
    private init(_ shape: Shape, kernels: any ByteKernelSet.Type, fill: ((RowMaker) -> Void) -> Void) {
        require(shape[1] <= ByteWeight.mostDepth, "ByteWeight", "depth \(shape[1])")
        columns = shape[0]
        depth = shape[1]
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
        fill { makeRow in
            ParallelRows.forEachDisjoint(WorkSplit(panels, least: 65_536 / max(1, width * depth))) { range in
                withScratch((width * depth + 3) / 4) { scratch in
                    let rows = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Int8.self)
                    for panel in range {
                        let first = panel * width
                        for column in 0..<width {
                            scales[first + column] =
                                first + column < columns ? makeRow(rows + column * depth, first + column) : 0
                        }
                        kernels.packBytePanel(
                            bytes + panel * panelBytes, sums: sums + first, rows, columnStride: depth, depth: depth,
                            columns: min(width, columns - first))
                    }
                }
            }
        }
    }

    /// From ``words`` of a weight that was packed with the same kernels; nil if they are of another size.
    init?(words: TensorStorage, _ shape: Shape) {
        columns = shape[0]
        depth = shape[1]
        kernels = ByteKernels.active
        let width = kernels.tileColumns
        let panels = (columns + width - 1) / width
        let panelWords =
            (panels * ((depth + kernels.groupDepth - 1) / kernels.groupDepth * kernels.groupDepth * width) + 3) / 4
        guard depth <= ByteWeight.mostDepth, words.count == panelWords + 2 * panels * width else { return nil }
        panelStorage = TensorStorage(borrowing: words.base, count: panelWords, owner: words)
        outputs = TensorStorage(borrowing: words.base + panelWords, count: 2 * panels * width, owner: words)
    }

    /// All memory of it in one row: the panels, and behind them what belongs to the outputs.
    var words: Tensor { .concatenated([Tensor(wholeOf: panelStorage), Tensor(wholeOf: outputs)], axis: 0) }

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
            ParallelRows.forEachDisjoint(WorkSplit(columns, least: 65_536 / max(1, depth))) {
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
