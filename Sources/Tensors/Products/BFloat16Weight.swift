import KernelInterface

/// A weight rounded to bfloat16 and laid out once for products of such numbers.
///
/// A panel is the transpose of its columns' rows, taken as words of two numbers.
final class BFloat16Weight: NarrowWeight {
    let columns: Int
    let depth: Int
    let kernels: any BFloat16KernelSet.Type
    let panelStorage: TensorStorage

    /// A rounded row needs nothing besides its numbers.
    struct RowUnit: BitwiseCopyable {}

    var kernelSet: any NarrowKernelSet.Type { kernels }

    /// - Parameter weight: `[columns, depth]`.
    init(_ weight: Tensor, kernels: any BFloat16KernelSet.Type = BFloat16Kernels.active) {
        columns = weight.shape[0]
        depth = weight.shape[1]
        self.kernels = kernels
        let width = kernels.tileColumns
        let (columns, depth) = (columns, depth)
        let (panels, words) = ((columns + width - 1) / width, (depth + 1) / 2)
        panelStorage = TensorStorage(uninitialized: panels * width * words)
        let base = panelStorage.base
        // A row's words, and what is written behind them.
        let rowWords = (depth + 15) / 16 * 8
        weight.read { source in
            ParallelRows.forEachDisjoint(WorkSplit(panels, least: 65_536 / max(1, width * depth))) {
                range in
                withScratch(width * rowWords) { rows in
                    for panel in range {
                        let place = base + panel * width * words
                        let count = min(width, columns - panel * width)
                        for column in 0..<count {
                            kernels.narrowRow(
                                rows + column * rowWords, source + (panel * width + column) * depth, count: depth)
                        }
                        if count < width { Kernels.active.fillRow(place, with: 0, count: width * words) }
                        Kernels.active.transposeRows(
                            place, stride: width, rows, stride: rowWords, rows: count, columns: words)
                    }
                }
            }
        }
    }

    /// From memory that was packed with the same kernels; nil if it is of another size.
    init?(_ storage: TensorStorage, _ shape: Shape) {
        columns = shape[0]
        depth = shape[1]
        kernels = BFloat16Kernels.active
        panelStorage = storage
        guard storage.count == panels * kernels.tileColumns * ((depth + 1) / 2) else { return nil }
    }

    func roundRow(_ out: UnsafeMutableRawPointer, _ source: UnsafePointer<Float>) -> RowUnit {
        kernels.roundRow(out, source, count: depth)
        return RowUnit()
    }

    func multiply(
        _ out: UnsafeMutablePointer<Float>, stride: Int, _ left: UnsafeRawPointer, rowStride: Int,
        units: UnsafePointer<RowUnit>, panels: Range<Int>, rows: Int, ahead: UnsafeRawPointer, aheadStep: Int
    ) {
        kernels.multiplyRows(
            out, stride: stride, left, rowStride: rowStride, by: place(panels.lowerBound), panelStride: panelBytes,
            rows: rows, columns: panels.count * kernels.tileColumns, groups: groups, ahead: ahead,
            aheadStep: aheadStep)
    }

    /// The weight that products compute with, `[columns, depth]`.
    var tensor: Tensor {
        let width = kernels.tileColumns
        return Tensor.filled([columns, depth]) { out in
            ParallelRows.forEachDisjoint(WorkSplit(columns, least: 65_536 / max(1, depth))) {
                for column in $0 {
                    let panel = place(column / width) + 4 * (column % width)
                    for index in 0..<depth {
                        Kernels.active.widenBFloat16Row(
                            out + column * depth + index, panel + 4 * width * (index / 2) + 2 * (index % 2), count: 1)
                    }
                }
            }
        }
    }
}
