/// `left * weight^T` over a packed weight, in tasks of a block of rows times a block of columns.
///
/// Every element is the same sum in the same order however the product is cut, so the cut may depend on the number of
/// threads. Rows are cut into panels of nearly equal height: 50 rows are five tiles of ten, not four of twelve and one of
/// two.
struct PackedProduct {
    let weight: PackedWeight
    let rows: Int

    private var kernels: KernelTable { weight.kernels }

    /// Rows of one task at most. Its packed rows of one pass stay in the second cache.
    private static let mostRows = 384

    private var rowBlocks: Int { (rows + PackedProduct.mostRows - 1) / PackedProduct.mostRows }

    /// Columns of one task: whole panels, enough tasks for the threads, and enough work in a task to pay for its packing.
    private func blockColumns(threads: Int) -> Int {
        let width = kernels.tileColumns
        let panels = weight.panels
        let wanted = max(1, (4 * threads + rowBlocks - 1) / rowBlocks)
        let even = (panels + wanted - 1) / wanted
        let least = max(1, 128 / width)
        return max(least, min(even, max(least, 512 / width))) * width
    }

    func run(
        _ left: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, _ epilogue: ProductEpilogue
    ) {
        if rows == 0 || weight.columns == 0 { return }
        let width = blockColumns(threads: ThreadPool.shared.threads)
        let columnBlocks = (weight.columns + width - 1) / width
        let rowBlocks = rowBlocks
        let work = rows / rowBlocks * width * weight.depth
        ParallelRows.forEachDisjoint(
            count: rowBlocks * columnBlocks, minimumPerTask: max(1, 262_144 / max(1, work))
        ) { range in
            for index in range {
                // Even blocks: the first ones take the rows that are left over.
                let block = index / columnBlocks
                let firstRow = block * rows / rowBlocks
                let firstColumn = index % columnBlocks * width
                runBlock(
                    left, out, epilogue, firstRow..<(block + 1) * rows / rowBlocks,
                    firstColumn..<min(weight.columns, firstColumn + width))
            }
        }
    }

    private func runBlock(
        _ left: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, _ epilogue: ProductEpilogue,
        _ rowRange: Range<Int>, _ columnRange: Range<Int>
    ) {
        let (depth, tileRows, tileColumns) = (weight.depth, kernels.tileRows, kernels.tileColumns)
        let stride = weight.columns
        let height = rowRange.count
        let panels = (height + tileRows - 1) / tileRows
        let tallHeight = (height + panels - 1) / panels
        let tallPanels = height - panels * (tallHeight - 1)
        let pass = min(depth, PackedWeight.passDepth)
        let target = out + rowRange.lowerBound * stride + columnRange.lowerBound
        if depth == 0 {
            for row in 0..<height { kernels.fillRow(target + row * stride, 0, columnRange.count) }
        }
        withScratch(panels * tileRows * pass + tileRows * tileColumns) { memory in
            let edge = memory + panels * tileRows * pass
            var first = 0
            while first < depth {
                let run = min(pass, depth - first)
                var row = rowRange.lowerBound
                for panel in 0..<panels {
                    let count = panel < tallPanels ? tallHeight : tallHeight - 1
                    kernels.packLeftPanel(
                        memory + panel * tileRows * run, left + row * depth + first, depth, 1, count, run)
                    row += count
                }
                kernels.multiplyEvenPanels(
                    target, stride, memory, tileRows * run,
                    weight.panel(columnRange.lowerBound / tileColumns, first: first, run: run), tileColumns * run,
                    panels, tallPanels, tallHeight, columnRange.count, run, first > 0, edge)
                first += run
            }
        }
        if epilogue.isEmpty { return }
        for row in rowRange {
            epilogue.apply(
                kernels, out + row * stride + columnRange.lowerBound, row: row, column: columnRange.lowerBound,
                columns: columnRange.count, residualOffset: row * stride + columnRange.lowerBound)
        }
    }
}
