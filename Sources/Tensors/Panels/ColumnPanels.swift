import KernelInterface

/// Matrices whose columns stand side by side in panels as wide as the register tile, row by row inside a panel.
///
/// That is the layout of a packed right operand. The product with a panel is a panel again, so a chain of operations on a
/// few columns runs in cache and nothing is packed on the way. Columns of the last panel beyond the matrix hold numbers
/// that mean nothing.
package struct ColumnPanels: Sendable {
    package let batch: Int
    package let rows: Int
    package let columns: Int
    /// `[batch, panels, rows, width]`.
    private let storage: Tensor

    /// Columns of a panel.
    static var width: Int { Kernels.active.tileColumns }

    /// Panels of one matrix.
    var panels: Int { ColumnPanels.panels(columns) }
    /// Elements of one panel.
    var panelSize: Int { rows * ColumnPanels.width }

    static func panels(_ columns: Int) -> Int { (columns + width - 1) / width }

    /// How panels are shared that a small network makes.
    static func split(_ panels: Int, threads: Int = ComputeThreads.count) -> WorkSplit {
        WorkSplit(panels, least: 1, threads: threads)
    }

    /// Columns of a panel that the matrix has.
    func count(_ panel: Int) -> Int { min(ColumnPanels.width, columns - panel * ColumnPanels.width) }

    /// Panels whose memory `fill` writes, all of it, matrix after matrix and panel after panel.
    init(
        uninitialized batch: Int, rows: Int, columns: Int, _ cost: @autoclosure () -> OperationCost,
        fill: (UnsafeMutablePointer<Float>) -> Void
    ) {
        self = measured(cost()) { ColumnPanels(uninitialized: batch, rows: rows, columns: columns, fill: fill) }
    }

    /// The same within an operation that is measured as a whole.
    init(uninitialized batch: Int, rows: Int, columns: Int, fill: (UnsafeMutablePointer<Float>) -> Void) {
        self.batch = batch
        self.rows = rows
        self.columns = columns
        storage = Tensor.filled([batch, ColumnPanels.panels(columns), rows, ColumnPanels.width], fill)
    }

    /// - Parameters:
    ///   - matrices: `[batch, rows, columns]`.
    ///   - offsets: `[rows]`, added to every column.
    package init(_ matrices: Tensor, adding offsets: Tensor? = nil) {
        require(matrices.shape.rank == 3, "ColumnPanels", "shape \(matrices.shape) is not [batch, rows, columns]")
        let (rows, columns) = (matrices.shape[1], matrices.shape[2])
        require(offsets.map { $0.shape == [rows] } ?? true, "ColumnPanels", "\(offsets?.shape ?? []) for \(rows) rows")
        let kernels = Kernels.active
        let width = ColumnPanels.width
        let panels = ColumnPanels.panels(columns)
        self.init(
            uninitialized: matrices.shape[0], rows: rows, columns: columns,
            OperationCost(.copy, elements: 2 * matrices.count)
        ) { out in
            matrices.read { source in
                Tensors.read(offsets) { offsets in
                    ParallelRows.forEachDisjoint(
                        WorkSplit(matrices.shape[0] * panels, least: 65_536 / max(1, rows * width))
                    ) { range in
                        withScratch(rows * width) { spread in
                            if let offsets { kernels.fillPanelRows(spread, with: offsets, rows: rows) }
                            for index in range {
                                let panel = out + index * rows * width
                                let first = index % panels * width
                                let count = min(width, columns - first)
                                if count < width { kernels.fillRow(panel, with: 0, count: rows * width) }
                                kernels.copyRows(
                                    panel, stride: width, source + index / panels * rows * columns + first,
                                    stride: columns, rows: rows, columns: count)
                                if offsets != nil {
                                    kernels.combineRow(
                                        .add, panel, panel, step: 1, spread, step: 1, count: rows * width)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The matrices, `[batch, rows, columns]`.
    package var matrices: Tensor {
        let kernels = Kernels.active
        return Tensor.filled([batch, rows, columns], OperationCost(.copy, elements: 2 * batch * rows * columns)) {
            out in
            read { source in
                for index in 0..<batch * panels {
                    let (matrix, panel) = (index / panels, index % panels)
                    kernels.copyRows(
                        out + matrix * rows * columns + panel * ColumnPanels.width, stride: columns,
                        source + index * panelSize, stride: ColumnPanels.width, rows: rows, columns: count(panel))
                }
            }
        }
    }

    /// The start of the first panel, for reading during the call.
    func read<R>(_ body: (UnsafePointer<Float>) -> R) -> R { storage.read(body) }

    /// Some of the matrices, sharing the memory.
    package func slice(_ range: Range<Int>) -> ColumnPanels {
        ColumnPanels(storage: storage.slice(range), rows: rows, columns: columns)
    }

    private init(storage: Tensor, rows: Int, columns: Int) {
        batch = storage.shape[0]
        self.rows = rows
        self.columns = columns
        self.storage = storage
    }
}
