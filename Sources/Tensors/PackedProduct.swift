/// `left * weight^T` over a packed weight: the rows are packed once, then tasks take blocks of rows times columns.
///
/// Every element is the same sum in the same order however the product is cut, so the cut may depend on the number of
/// threads. Rows are cut into panels of nearly equal height: 50 rows are five tiles of ten, not four of twelve and one of
/// two.
struct PackedProduct {
    let weight: PackedWeight
    let rows: Int
    /// Panels over all rows; the first `tallPanels` are `height` rows high, the others one less.
    private let panels: Int
    private let height: Int
    private let tallPanels: Int

    private var kernels: KernelTable { weight.kernels }

    /// Rows of a tile at most. Tiles of 11 and 12 rows reached 80 to 85 % of the multiply-add peak where 10 reached 95 (Zen 4).
    private static let mostTileRows = 10
    /// Panels of one task at most. Their results and one pass of them stay in the second cache.
    private static let mostPanels = 32
    /// Columns of one task at most, where there are enough tasks.
    private static let mostColumns = 256
    /// Multiply-adds that are worth a thread's wake-up.
    private static let leastWork = 262_144

    init(weight: PackedWeight, rows: Int) {
        self.weight = weight
        self.rows = rows
        let tile = min(PackedProduct.mostTileRows, weight.kernels.tileRows)
        panels = (rows + tile - 1) / tile
        height = panels == 0 ? 0 : (rows + panels - 1) / panels
        tallPanels = rows - panels * (height - 1)
    }

    private func firstRow(_ panel: Int) -> Int { panel * (height - 1) + min(panel, tallPanels) }

    private func rowCount(_ panel: Int) -> Int { panel < tallPanels ? height : height - 1 }

    func run(
        _ left: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, _ epilogue: ProductEpilogue
    ) {
        if rows == 0 || weight.columns == 0 { return }
        let depth = weight.depth
        withScratch(panels * kernels.tileRows * depth) { packed in
            ParallelRows.forEachDisjoint(
                count: panels, minimumPerTask: max(1, PackedProduct.leastWork / max(1, 4 * height * depth))
            ) { for panel in $0 { pack(panel, left, packed) } }
            multiply(packed, out, epilogue)
        }
    }

    /// Where a panel of the pass that begins at depth `first` and is `run` deep lies.
    private func place(_ panel: Int, first: Int, run: Int) -> Int {
        (panels * first + panel * run) * kernels.tileRows
    }

    private func pack(_ panel: Int, _ left: UnsafePointer<Float>, _ packed: UnsafeMutablePointer<Float>) {
        let depth = weight.depth
        var first = 0
        while first < depth {
            let run = min(PackedWeight.passDepth, depth - first)
            kernels.packLeftPanel(
                packed + place(panel, first: first, run: run), left + firstRow(panel) * depth + first, depth, 1,
                rowCount(panel), run)
            first += run
        }
    }

    private func multiply(
        _ packed: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, _ epilogue: ProductEpilogue
    ) {
        let rowBlocks = (panels + PackedProduct.mostPanels - 1) / PackedProduct.mostPanels
        let width = blockColumns(rowBlocks: rowBlocks, threads: ThreadPool.shared.threads)
        let columnBlocks = (weight.columns + width - 1) / width
        let work = rows / rowBlocks * width * weight.depth
        ParallelRows.forEachDisjoint(
            count: rowBlocks * columnBlocks, minimumPerTask: max(1, PackedProduct.leastWork / max(1, work))
        ) { range in
            withScratch(kernels.tileRows * kernels.tileColumns) { edge in
                for index in range {
                    let block = index / columnBlocks
                    let firstColumn = index % columnBlocks * width
                    multiplyBlock(
                        packed, out, epilogue, block * panels / rowBlocks..<(block + 1) * panels / rowBlocks,
                        firstColumn..<min(weight.columns, firstColumn + width), edge)
                }
            }
        }
    }

    /// Columns of one task: whole panels, enough tasks for the threads.
    private func blockColumns(rowBlocks: Int, threads: Int) -> Int {
        let width = kernels.tileColumns
        let wanted = max(1, (4 * threads + rowBlocks - 1) / rowBlocks)
        let even = (weight.panels + wanted - 1) / wanted
        return max(1, min(even, PackedProduct.mostColumns / width)) * width
    }

    private func multiplyBlock(
        _ packed: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, _ epilogue: ProductEpilogue,
        _ panelRange: Range<Int>, _ columns: Range<Int>, _ edge: UnsafeMutablePointer<Float>
    ) {
        let (depth, stride) = (weight.depth, weight.columns)
        let (tileRows, tileColumns) = (kernels.tileRows, kernels.tileColumns)
        let firstRow = firstRow(panelRange.lowerBound)
        let rowRange = firstRow..<self.firstRow(panelRange.upperBound)
        let target = out + firstRow * stride + columns.lowerBound
        if depth == 0 {
            for row in 0..<rowRange.count { kernels.fillRow(target + row * stride, 0, columns.count) }
        }
        var first = 0
        while first < depth {
            let run = min(PackedWeight.passDepth, depth - first)
            kernels.multiplyEvenPanels(
                target, stride, packed + place(panelRange.lowerBound, first: first, run: run), tileRows * run,
                weight.panel(columns.lowerBound / tileColumns, first: first, run: run), tileColumns * run,
                panelRange.count, min(max(0, tallPanels - panelRange.lowerBound), panelRange.count), height,
                columns.count, run, first > 0, edge)
            first += run
        }
        if epilogue.isEmpty { return }
        for row in rowRange {
            epilogue.apply(
                kernels, out + row * stride + columns.lowerBound, row: row, column: columns.lowerBound,
                columns: columns.count, residualOffset: row * stride + columns.lowerBound)
        }
    }
}
