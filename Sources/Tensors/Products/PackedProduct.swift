import KernelInterface

/// `left * weight^T` with a packed weight. A task computes a block of rows times columns, and applies bias, activation
/// and residual while the block is in cache.
///
/// The left operand is read as it lies in memory, because packing it gained nothing. Every element is the same sum in
/// the same order however the product is cut, so the cut may depend on the number of threads.
struct PackedProduct {
    let weight: PackedWeight
    let blocks: ProductBlocks

    private var kernels: any KernelSet.Type { weight.kernels }
    var outputs: Range<Int> { blocks.outputs }

    /// Columns of one task at most.
    private static let mostColumns = 128
    /// Weights of one pass of a task at most.
    private static let mostWeights = 65_536
    /// Multiply-adds that are worth a second thread.
    private static let leastWork = 131_072

    /// What counts for a row of weights that is read for few rows of the left operand, in multiply-adds for each of its
    /// numbers: memory sets the time then.
    static let leastRows = 8

    init(weight: PackedWeight, rows: Int, outputs: Range<Int>? = nil) {
        self.weight = weight
        blocks = PackedProduct.blocks(
            rows: rows, outputs: outputs ?? 0..<weight.columns, depth: weight.depth, passDepth: weight.passDepth,
            tileRows: weight.kernels.tileRows, tileColumns: weight.kernels.tileColumns, threads: ComputeThreads.count)
    }

    /// The tasks of a product.
    static func blocks(
        rows: Int, outputs: Range<Int>, depth: Int, passDepth: Int, tileRows: Int, tileColumns: Int, threads: Int
    ) -> ProductBlocks {
        ProductBlocks(
            rows: rows, outputs: outputs, tileRows: tileRows, tileColumns: tileColumns,
            mostColumns: min(mostColumns, mostWeights / max(1, passDepth)),
            leastTiles: leastWork / max(1, max(tileRows, leastRows) * tileColumns * depth), threads: threads)
    }

    /// How they are shared.
    static func split(_ blocks: ProductBlocks, depth: Int) -> WorkSplit {
        let work = max(leastRows, blocks.mostRows) * blocks.width * blocks.tileColumns * depth
        return WorkSplit(each: blocks.count, least: leastWork / max(1, work))
    }

    /// - Parameters:
    ///   - leftStride: elements from one row of the left operand to the next.
    ///   - out: `[rows, outputs]`; the residual is laid out alike, the bias belongs to all columns of the weight.
    func run(
        _ left: UnsafePointer<Float>, leftStride: Int, _ out: UnsafeMutablePointer<Float>, _ epilogue: ProductEpilogue
    ) {
        if blocks.rows == 0 || outputs.isEmpty { return }
        let (mostRows, width) = (blocks.mostRows, blocks.width)
        let exit = EarlyExit()
        ParallelRows.forEachNeighbouring(PackedProduct.split(blocks, depth: weight.depth)) { range, probableNext in
            withScratch((mostRows + widenedDepth) * width * kernels.tileColumns) { scratch in
                for index in range where !exit.isDue {
                    func next() -> Range<Int>? {
                        let next = index + 1 < range.upperBound ? index + 1 : probableNext()
                        return next.map { blocks[$0].columnPanels }
                    }
                    multiply(blocks[index], next: next, left, leftStride, out, epilogue, scratch)
                }
            }
        }
    }

    /// Depth of the panels that weights of half precision are widened into.
    private var widenedDepth: Int { weight.isHalf ? min(weight.depth, weight.passDepth) : 0 }

    /// - Parameters:
    ///   - next: the columns of this thread's next task, as far as that is known.
    ///   - scratch: room for the panels of one pass, where they are widened, and the block's sums.
    private func multiply(
        _ block: ProductBlocks.Block, next: () -> Range<Int>?, _ left: UnsafePointer<Float>, _ leftStride: Int,
        _ out: UnsafeMutablePointer<Float>, _ epilogue: ProductEpilogue, _ scratch: UnsafeMutablePointer<Float>
    ) {
        let (depth, tileColumns) = (weight.depth, kernels.tileColumns)
        let columns = blocks.columns(block)
        let skipped = columns.lowerBound - block.columnPanels.lowerBound * tileColumns
        let stride = block.columnPanels.count * tileColumns
        let firstRow = blocks.firstRow(block.rowPanels.lowerBound)
        let sums = scratch + widenedDepth * stride
        var first = 0
        repeat {
            let run = min(weight.passDepth, depth - first)
            let isLast = first + run == depth
            let ahead = fetched(behind: block, first: first, run: run, next: next)
            let steps = block.rowPanels.count * block.columnPanels.count * run
            let aheadStep = ((ahead?.bytes ?? 0) + steps - 1) / max(1, steps)
            var place = ahead?.base ?? weight.place(block.columnPanels.lowerBound, first: first, run: run)
            let right = weight.widened(block.columnPanels, first: first, run: run, scratch)
            for rowPanel in block.rowPanels {
                let row = blocks.firstRow(rowPanel)
                let rows = blocks.rowCount(rowPanel)
                // With a single pass, sums are finished at once, and the next panel of rows reuses their memory.
                let target = isLast && first == 0 ? sums : sums + (row - firstRow) * stride
                if isLast { blocks.prefetch(rows, out, row: row, columns, epilogue) }
                // The block consists of whole panels, so no tile has an edge.
                kernels.multiplyRows(
                    target, stride: stride, left + row * leftStride + first, rowStride: leftStride, depthStride: 1,
                    by: right, panelStride: tileColumns * run, rows: rows, columns: stride, depth: run,
                    accumulate: first > 0, edge: target, ahead: place, aheadStep: aheadStep)
                place += aheadStep * run * block.columnPanels.count
                if isLast {
                    blocks.finish(
                        kernels, rows, from: target + skipped, stride, out, row: row, columns, epilogue)
                }
            }
            first += run
        } while first < depth
    }

    /// The weights that are needed after a pass.
    private func fetched(
        behind block: ProductBlocks.Block, first: Int, run: Int, next: () -> Range<Int>?
    ) -> (base: UnsafeRawPointer, bytes: Int)? {
        let follows = first + run < weight.depth
        guard let columns = follows ? block.columnPanels : next() else { return nil }
        let start = follows ? first + run : 0
        let length = min(weight.passDepth, weight.depth - start)
        return (
            weight.place(columns.lowerBound, first: start, run: length),
            columns.count * kernels.tileColumns * length * weight.elementBytes
        )
    }
}
