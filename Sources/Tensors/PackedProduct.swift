/// `left * weight^T` over a packed weight: tasks take blocks of rows times columns, and finish them while they are in
/// cache.
///
/// The left operand is read as it lies: one pass of a panel of rows fits the first cache, and packing it gained nothing.
/// Every element is the same sum in the same order however the product is cut, so the cut may depend on the number of
/// threads. Rows are cut into panels of nearly equal height: 50 rows are five tiles of ten.
struct PackedProduct {
    let weight: PackedWeight
    let rows: Int
    /// Panels over all rows; the first `tallPanels` are `height` rows high, the others one less.
    private let panels: Int
    private let height: Int
    private let tallPanels: Int

    private var kernels: KernelTable { weight.kernels }

    /// Panels of one task at most, and columns where there are enough tasks: the sums of a task, one pass of its weights and
    /// the pass behind that, which is fetched meanwhile, stay in the second cache together.
    private static let mostPanels = 20
    private static let mostColumns = 192
    /// Multiply-adds that are worth a second thread.
    private static let leastWork = 131_072

    init(weight: PackedWeight, rows: Int) {
        self.weight = weight
        self.rows = rows
        let tile = weight.kernels.tileRows
        panels = (rows + tile - 1) / tile
        height = panels == 0 ? 0 : (rows + panels - 1) / panels
        tallPanels = rows - panels * (height - 1)
    }

    private func firstRow(_ panel: Int) -> Int { panel * (height - 1) + min(panel, tallPanels) }

    /// What one task makes: panels of rows times panels of columns.
    private struct Block {
        let rowPanels: Range<Int>
        let columnPanels: Range<Int>
    }

    /// - Parameter leftStride: elements from one row of the left operand to the next.
    func run(
        _ left: UnsafePointer<Float>, leftStride: Int, _ out: UnsafeMutablePointer<Float>, _ epilogue: ProductEpilogue
    ) {
        if rows == 0 || weight.columns == 0 { return }
        let rowBlocks = (panels + PackedProduct.mostPanels - 1) / PackedProduct.mostPanels
        let width = blockPanels(rowBlocks: rowBlocks, threads: ThreadPool.shared.threads)
        let columnBlocks = (weight.panels + width - 1) / width
        func block(_ index: Int) -> Block {
            let (row, column) = (index / columnBlocks, index % columnBlocks)
            return Block(
                rowPanels: row * panels / rowBlocks..<(row + 1) * panels / rowBlocks,
                columnPanels: column * width..<min(weight.panels, (column + 1) * width))
        }
        let mostRows = (panels + rowBlocks - 1) / rowBlocks * height
        let work = mostRows * width * kernels.tileColumns * weight.depth
        ParallelRows.forEachNeighbouring(
            count: rowBlocks * columnBlocks, minimumPerTask: max(1, PackedProduct.leastWork / max(1, work))
        ) { range in
            withScratch((mostRows * width + kernels.tileRows) * kernels.tileColumns) { sums in
                for index in range {
                    multiply(
                        block(index), next: index + 1 < range.upperBound ? block(index + 1).columnPanels : nil,
                        left, leftStride, out, epilogue, sums)
                }
            }
        }
    }

    /// Panels of columns of one task: enough tasks for the threads.
    private func blockPanels(rowBlocks: Int, threads: Int) -> Int {
        let wanted = max(1, (4 * threads + rowBlocks - 1) / rowBlocks)
        let even = (weight.panels + wanted - 1) / wanted
        return max(1, min(even, PackedProduct.mostColumns / kernels.tileColumns))
    }

    /// - Parameters:
    ///   - next: the columns of this thread's next task, if it has one.
    ///   - sums: room for the block, and for one tile behind it.
    private func multiply(
        _ block: Block, next: Range<Int>?, _ left: UnsafePointer<Float>, _ leftStride: Int,
        _ out: UnsafeMutablePointer<Float>, _ epilogue: ProductEpilogue, _ sums: UnsafeMutablePointer<Float>
    ) {
        let (depth, tileColumns) = (weight.depth, kernels.tileColumns)
        let firstColumn = block.columnPanels.lowerBound * tileColumns
        let columns = min(weight.columns, block.columnPanels.upperBound * tileColumns) - firstColumn
        let stride = block.columnPanels.count * tileColumns
        let firstRow = firstRow(block.rowPanels.lowerBound)
        let edge = sums + block.rowPanels.count * height * stride
        var first = 0
        repeat {
            let run = min(PackedWeight.passDepth, depth - first)
            let isLast = first + run == depth
            let right = weight.panel(block.columnPanels.lowerBound, first: first, run: run)
            let ahead = fetched(behind: block, first: first, run: run, next: next) ?? (right, 0)
            let aheadStep = (ahead.bytes + steps(block, run) - 1) / max(1, steps(block, run))
            var place = UnsafeRawPointer(ahead.base)
            for panel in block.rowPanels {
                let row = self.firstRow(panel)
                let rows = panel < tallPanels ? height : height - 1
                let target = sums + (row - firstRow) * stride
                kernels.multiplyRows(
                    target, stride, left + row * leftStride + first, leftStride, 1, right, tileColumns * run, rows,
                    columns, run, first > 0, edge, place, aheadStep)
                place += aheadStep * run * block.columnPanels.count
                if isLast {
                    for line in 0..<rows {
                        let offset = (row + line) * weight.columns + firstColumn
                        epilogue.apply(
                            kernels, out + offset, from: target + line * stride, row: row + line, column: firstColumn,
                            columns: columns, residualOffset: offset)
                    }
                }
            }
            first += run
        } while first < depth
    }

    /// How often a pass over a block asks for memory.
    private func steps(_ block: Block, _ run: Int) -> Int { block.rowPanels.count * block.columnPanels.count * run }

    /// The weights that are needed behind a pass.
    private func fetched(
        behind block: Block, first: Int, run: Int, next: Range<Int>?
    ) -> (base: UnsafePointer<Float>, bytes: Int)? {
        let follows = first + run < weight.depth
        guard let columns = follows ? block.columnPanels : next else { return nil }
        let start = follows ? first + run : 0
        let length = min(PackedWeight.passDepth, weight.depth - start)
        return (
            weight.panel(columns.lowerBound, first: start, run: length),
            columns.count * kernels.tileColumns * length * MemoryLayout<Float>.stride
        )
    }
}
