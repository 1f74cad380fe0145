import KernelInterface

// Between columns and planes: the columns are the cells of a grid, row-major, and each cell stands for a square of pixels.

extension ColumnPanels {
    /// The planes that a small network makes of each cell.
    ///
    /// - Parameters:
    ///   - gridWidth: cells in a row of the grid.
    ///   - factor: pixels on a side of a cell's square.
    ///   - scratchRows: rows of the panel that `body` may use as it likes.
    ///   - cellProducts: multiply-adds that `body` needs for a cell.
    ///   - body: takes the number of the matrix, some of its columns and the scratch, and writes the pixels of the same
    ///     columns: a row each, plane by plane, in a plane the rows of the square one after the other.
    /// - Returns: `[batch, planes, gridHeight * factor, gridWidth * factor]`.
    package func unfolded(
        gridWidth: Int, factor: Int, planes: Int, scratchRows: Int, cellProducts: Int,
        _ body: (_ matrix: Int, _ columns: Panel, _ scratch: Panel, _ pixels: Panel) -> Void
    ) -> Tensor {
        let grid = CellGrid(columns: columns, width: gridWidth, factor: factor)
        let (panels, panelSize, width) = (panels, panelSize, ColumnPanels.width)
        let pixelRows = planes * factor * factor
        let target: Shape = [batch, planes, grid.height * factor, gridWidth * factor]
        return Tensor.filled(
            target,
            OperationCost(
                .convolution, multiplyAdds: batch * columns * cellProducts,
                elements: batch * rows * columns + target.elementCount)
        ) { out in
            read { source in
                ParallelRows.forEachDisjoint(ColumnPanels.split(batch * panels)) { range in
                    withScratch((scratchRows + pixelRows) * width) { scratch in
                        let pixels = scratch + scratchRows * width
                        for index in range {
                            let matrix = index / panels
                            // Only read: `body` has what it writes beside it.
                            let cells = UnsafeMutablePointer(mutating: source + index * panelSize)
                            body(
                                matrix, Panel(cells, rows: rows), Panel(scratch, rows: scratchRows),
                                Panel(pixels, rows: pixelRows))
                            for plane in 0..<planes {
                                grid.forEachRun(of: index % panels) { pixel, place, count, line in
                                    Kernels.active.transposeRows(
                                        out + (matrix * planes + plane) * grid.pixels + pixel, stride: factor,
                                        pixels + (plane * factor + line) * factor * width + place, stride: width,
                                        rows: factor, columns: count)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Columns that a small network makes of each cell's square of pixels, added to others.
    ///
    /// - Parameters:
    ///   - planes: `[batch, gridHeight * factor, gridWidth * factor]`.
    ///   - factor: pixels on a side of a cell's square.
    ///   - matrix: `[rows, cells]`, added to what each plane gives.
    ///   - scratchRows: rows of the panel that `body` may use as it likes.
    ///   - cellProducts: multiply-adds that `body` needs for a cell.
    ///   - body: takes the squares of some cells, a row a pixel, and the scratch, and writes the cells' columns.
    package init(
        folding planes: Tensor, factor: Int, addingTo matrix: Tensor, scratchRows: Int, cellProducts: Int,
        _ body: (_ pixels: Panel, _ scratch: Panel, _ columns: Panel) -> Void
    ) {
        require(
            planes.shape.rank == 3 && factor > 0 && planes.shape[1] % factor == 0 && planes.shape[2] % factor == 0
                && matrix.shape.rank == 2 && matrix.shape[1] * factor * factor == planes.shape[1] * planes.shape[2],
            "ColumnPanels", "planes \(planes.shape) in squares of \(factor), added to \(matrix.shape)")
        let (rows, columns) = (matrix.shape[0], matrix.shape[1])
        let grid = CellGrid(columns: columns, width: planes.shape[2] / factor, factor: factor)
        let width = ColumnPanels.width
        let panels = ColumnPanels.panels(columns)
        let pixelRows = factor * factor
        self.init(
            uninitialized: planes.shape[0], rows: rows, columns: columns,
            OperationCost(
                .convolution, multiplyAdds: planes.shape[0] * columns * cellProducts,
                elements: planes.count + (1 + planes.shape[0]) * rows * columns)
        ) { out in
            planes.read { source in
                matrix.read { matrix in
                    ParallelRows.forEachDisjoint(ColumnPanels.split(planes.shape[0] * panels)) { range in
                        withScratch((rows + scratchRows + pixelRows) * width) { memory in
                            let scratch = memory + rows * width
                            let pixels = scratch + scratchRows * width
                            // Columns beyond the last are zeros to begin with, and finite ever after.
                            Kernels.active.fillRow(memory, with: 0, count: rows * width)
                            Kernels.active.fillRow(pixels, with: 0, count: pixelRows * width)
                            for index in range {
                                let (plane, panel) = (index / panels, index % panels)
                                grid.forEachRun(of: panel) { pixel, place, count, line in
                                    Kernels.active.transposeRows(
                                        pixels + line * factor * width + place, stride: width,
                                        source + plane * grid.pixels + pixel, stride: factor, rows: count,
                                        columns: factor)
                                }
                                let target = out + index * rows * width
                                body(
                                    Panel(pixels, rows: pixelRows), Panel(scratch, rows: scratchRows),
                                    Panel(target, rows: rows))
                                Kernels.active.copyRows(
                                    memory, stride: width, matrix + panel * width, stride: columns, rows: rows,
                                    columns: min(width, columns - panel * width))
                                Kernels.active.combineRow(
                                    .add, target, target, step: 1, memory, step: 1, count: rows * width)
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Cells in rows, each a square of pixels.
private struct CellGrid {
    let columns: Int
    let width: Int
    let factor: Int

    init(columns: Int, width: Int, factor: Int) {
        require(width > 0 && factor > 0 && columns % width == 0, "CellGrid", "\(columns) cells in rows of \(width)")
        self.columns = columns
        self.width = width
        self.factor = factor
    }

    var height: Int { columns / width }
    /// Of a whole plane.
    var pixels: Int { columns * factor * factor }

    /// Calls `body` for each line of pixels of each run of cells that lie in one row of the grid, in one panel: with the
    /// number of the line's first pixel in its plane, the run's first column in the panel, its cells, and the line.
    func forEachRun(of panel: Int, _ body: (_ pixel: Int, _ place: Int, _ count: Int, _ line: Int) -> Void) {
        let first = panel * ColumnPanels.width
        let end = min(columns, first + ColumnPanels.width)
        var cell = first
        while cell < end {
            let (y, x) = (cell / width, cell % width)
            let count = min(width - x, end - cell)
            for line in 0..<factor {
                body(((y * factor + line) * width + x) * factor, cell - first, count, line)
            }
            cell += count
        }
    }
}
