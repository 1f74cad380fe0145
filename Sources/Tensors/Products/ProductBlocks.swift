import KernelInterface

/// How a product is cut into blocks for threads, and where the results of a block go.
///
/// Rows are cut into panels of nearly equal height: 50 rows become five tiles of ten.
struct ProductBlocks {
    let rows: Int
    /// The columns of the weight that are made.
    let outputs: Range<Int>
    let tileColumns: Int
    /// Panels over all rows; the first `tallPanels` are `height` rows high, the others one less.
    private let panels: Int
    let height: Int
    private let tallPanels: Int
    private let rowBlocks: Int
    private let columnBlocks: Int
    /// Panels of columns of a block.
    let width: Int

    /// Panels of rows of one block at most. Its sums, one pass of its weights and the next pass, which is fetched meanwhile,
    /// then fit the second cache together.
    private static let mostPanels = 20

    /// What one task makes: panels of rows times panels of columns.
    struct Block {
        let rowPanels: Range<Int>
        let columnPanels: Range<Int>
    }

    /// - Parameters:
    ///   - mostColumns: columns of a block at most.
    ///   - leastTiles: tiles that are worth a task.
    init(
        rows: Int, outputs: Range<Int>, tileRows: Int, tileColumns: Int, mostColumns: Int, leastTiles: Int, threads: Int
    ) {
        self.rows = rows
        self.outputs = outputs
        self.tileColumns = tileColumns
        panels = (rows + tileRows - 1) / tileRows
        height = panels == 0 ? 0 : (rows + panels - 1) / panels
        tallPanels = rows - panels * (height - 1)
        let weightPanels = ProductBlocks.panels(outputs, tileColumns).count
        (rowBlocks, width) = ProductBlocks.cut(
            panels: panels, weightPanels: weightPanels, mostWidth: max(1, mostColumns / tileColumns),
            leastTiles: leastTiles, threads: threads)
        columnBlocks = (weightPanels + width - 1) / width
    }

    /// Into how many blocks of rows, and blocks of how many panels of columns, a product is cut: the largest blocks of which
    /// all threads get tasks and end at about the same time, or else those with which they end first.
    private static func cut(
        panels: Int, weightPanels: Int, mostWidth: Int, leastTiles: Int, threads: Int
    ) -> (rowBlocks: Int, width: Int) {
        let fewest = (panels + mostPanels - 1) / mostPanels
        let wanted = max(1, (WorkSplit.tasksPerThread * threads + fewest - 1) / max(1, fewest))
        let widest = max(1, min((weightPanels + wanted - 1) / wanted, mostWidth))
        var best = (rowBlocks: fewest, width: widest)
        if threads == 1 || panels == 0 || weightPanels == 0 { return best }
        var bestSpan = Int.max
        for rowBlocks in fewest...max(fewest, min(panels, WorkSplit.tasksPerThread * threads)) {
            let tall = (panels + rowBlocks - 1) / rowBlocks
            for width in stride(from: widest, through: 1, by: -1) {
                if bestSpan < Int.max && tall * width < leastTiles { break }
                let tasks = rowBlocks * ((weightPanels + width - 1) / width)
                let span = (tasks + threads - 1) / threads * tall * width
                if WorkSplit.isEven(tasks: tasks, span: span, parts: panels * weightPanels, threads: threads) {
                    return (rowBlocks, width)
                }
                if span < bestSpan { (best, bestSpan) = ((rowBlocks, width), span) }
            }
        }
        return best
    }

    var count: Int { rowBlocks * columnBlocks }
    /// Rows of a block at most.
    var mostRows: Int { rowBlocks == 0 ? 0 : (panels + rowBlocks - 1) / rowBlocks * height }

    /// The panels of the weight that hold the outputs.
    private static func panels(_ outputs: Range<Int>, _ tileColumns: Int) -> Range<Int> {
        outputs.lowerBound / tileColumns..<(outputs.upperBound + tileColumns - 1) / tileColumns
    }

    func firstRow(_ panel: Int) -> Int { panel * (height - 1) + min(panel, tallPanels) }
    func rowCount(_ panel: Int) -> Int { panel < tallPanels ? height : height - 1 }

    subscript(index: Int) -> Block {
        // The larger operand is read once, and the smaller one again and again, because it stays in a nearer cache.
        let (row, column) =
            rows > outputs.count
            ? (index / columnBlocks, index % columnBlocks) : (index % rowBlocks, index / rowBlocks)
        let weightPanels = ProductBlocks.panels(outputs, tileColumns)
        let firstPanel = weightPanels.lowerBound + column * width
        return Block(
            rowPanels: row * panels / rowBlocks..<(row + 1) * panels / rowBlocks,
            columnPanels: firstPanel..<min(weightPanels.upperBound, firstPanel + width))
    }

    /// The outputs that a block makes.
    func columns(_ block: Block) -> Range<Int> {
        (block.columnPanels.lowerBound * tileColumns..<block.columnPanels.upperBound * tileColumns)
            .clamped(to: outputs)
    }

    /// Prefetches the result's memory, and the residual, while the sums are computed.
    func prefetch(
        _ rows: Int, _ out: UnsafeMutablePointer<Float>, row: Int, _ columns: Range<Int>, _ epilogue: ProductEpilogue
    ) {
        let first = row * outputs.count + columns.lowerBound - outputs.lowerBound
        prefetchRows(UnsafePointer(out + first), outputs.count, rows, columns.count)
        if let residual = epilogue.residual { prefetchRows(residual + first, outputs.count, rows, columns.count) }
    }

    /// Writes sums to the result, with bias, activation and residual.
    func finish(
        _ kernels: any KernelSet.Type, _ rows: Int, from sums: UnsafePointer<Float>, _ stride: Int,
        _ out: UnsafeMutablePointer<Float>, row: Int, _ columns: Range<Int>, _ epilogue: ProductEpilogue
    ) {
        let offset = row * outputs.count + columns.lowerBound - outputs.lowerBound
        epilogue.apply(
            kernels, out + offset, stride: outputs.count, from: (sums, stride), row: row, rows: rows,
            column: columns.lowerBound, columns: columns.count, residualOffset: offset)
    }
}
