import KernelInterface

/// `left * weight^T` with a packed weight. A task computes a block of rows times columns, and applies bias, activation
/// and residual while the block is in cache.
///
/// The left operand is read as it lies in memory, because packing it gained nothing. Every element is the same sum in
/// the same order however the product is cut, so the cut may depend on the number of threads. Rows are cut into panels
/// of nearly equal height: 50 rows become five tiles of ten.
struct PackedProduct {
    let weight: PackedWeight
    let rows: Int
    /// The columns of the weight that are made.
    let outputs: Range<Int>
    /// Panels over all rows; the first `tallPanels` are `height` rows high, the others one less.
    private let panels: Int
    private let height: Int
    private let tallPanels: Int

    private var kernels: any KernelSet.Type { weight.kernels }

    /// Panels and columns of one task at most. Its sums, one pass of its weights and the next pass, which is fetched
    /// meanwhile, then fit the second cache together.
    private static let mostPanels = 20
    private static let mostColumns = 128
    /// Weights of one pass of a task at most.
    private static let mostWeights = 65_536
    /// Multiply-adds that are worth a second thread.
    private static let leastWork = 131_072

    init(weight: PackedWeight, rows: Int, outputs: Range<Int>? = nil) {
        self.weight = weight
        self.rows = rows
        self.outputs = outputs ?? 0..<weight.columns
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

    /// The panels of the weight that hold the outputs.
    private var weightPanels: Range<Int> {
        outputs.lowerBound / kernels.tileColumns..<(outputs.upperBound + kernels.tileColumns - 1) / kernels.tileColumns
    }

    /// - Parameters:
    ///   - leftStride: elements from one row of the left operand to the next.
    ///   - out: `[rows, outputs]`; the residual is laid out alike, the bias belongs to all columns of the weight.
    func run(
        _ left: UnsafePointer<Float>, leftStride: Int, _ out: UnsafeMutablePointer<Float>, _ epilogue: ProductEpilogue
    ) {
        if rows == 0 || outputs.isEmpty { return }
        let rowBlocks = (panels + PackedProduct.mostPanels - 1) / PackedProduct.mostPanels
        let width = blockPanels(rowBlocks: rowBlocks, threads: ThreadPool.shared.threads)
        let weightPanels = weightPanels
        let columnBlocks = (weightPanels.count + width - 1) / width
        // The larger operand is read once, and the smaller one again and again, because it stays in a nearer cache.
        let rowsFirst = rows > outputs.count
        func block(_ index: Int) -> Block {
            let (row, column) =
                rowsFirst ? (index / columnBlocks, index % columnBlocks) : (index % rowBlocks, index / rowBlocks)
            let firstPanel = weightPanels.lowerBound + column * width
            return Block(
                rowPanels: row * panels / rowBlocks..<(row + 1) * panels / rowBlocks,
                columnPanels: firstPanel..<min(weightPanels.upperBound, firstPanel + width))
        }
        let mostRows = (panels + rowBlocks - 1) / rowBlocks * height
        let exit = EarlyExit()
        let work = mostRows * width * kernels.tileColumns * weight.depth
        ParallelRows.forEachNeighbouring(
            count: rowBlocks * columnBlocks, minimumPerTask: max(1, PackedProduct.leastWork / max(1, work))
        ) { range, probableNext in
            withScratch((mostRows + widenedDepth) * width * kernels.tileColumns) { scratch in
                for index in range where !exit.isDue {
                    func next() -> Range<Int>? {
                        let next = index + 1 < range.upperBound ? index + 1 : probableNext()
                        return next.map { block($0).columnPanels }
                    }
                    multiply(block(index), next: next, left, leftStride, out, epilogue, scratch)
                }
            }
        }
    }

    /// Depth of the panels that weights of half precision are widened into.
    private var widenedDepth: Int { weight.isHalf ? min(weight.depth, weight.passDepth) : 0 }

    /// Panels of columns of one task, few enough for all threads to get tasks.
    private func blockPanels(rowBlocks: Int, threads: Int) -> Int {
        let wanted = max(1, (4 * threads + rowBlocks - 1) / rowBlocks)
        let even = (weightPanels.count + wanted - 1) / wanted
        let most = min(PackedProduct.mostColumns, PackedProduct.mostWeights / max(1, weight.passDepth))
        return max(1, min(even, most / kernels.tileColumns))
    }

    /// - Parameters:
    ///   - next: the columns of this thread's next task, as far as that is known.
    ///   - scratch: room for the panels of one pass, where they are widened, and the block's sums.
    private func multiply(
        _ block: Block, next: () -> Range<Int>?, _ left: UnsafePointer<Float>, _ leftStride: Int,
        _ out: UnsafeMutablePointer<Float>, _ epilogue: ProductEpilogue, _ scratch: UnsafeMutablePointer<Float>
    ) {
        let (depth, tileColumns) = (weight.depth, kernels.tileColumns)
        let columns = (block.columnPanels.lowerBound * tileColumns..<block.columnPanels.upperBound * tileColumns)
            .clamped(to: outputs)
        let skipped = columns.lowerBound - block.columnPanels.lowerBound * tileColumns
        let stride = block.columnPanels.count * tileColumns
        let firstRow = firstRow(block.rowPanels.lowerBound)
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
                let row = self.firstRow(rowPanel)
                let rows = rowPanel < tallPanels ? height : height - 1
                // With a single pass, sums are finished at once, and the next panel of rows reuses their memory.
                let target = isLast && first == 0 ? sums : sums + (row - firstRow) * stride
                if isLast { prefetch(rows, out, row: row, columns, epilogue) }
                // The block consists of whole panels, so no tile has an edge.
                kernels.multiplyRows(
                    target, stride: stride, left + row * leftStride + first, rowStride: leftStride, depthStride: 1,
                    by: right, panelStride: tileColumns * run, rows: rows, columns: stride, depth: run,
                    accumulate: first > 0, edge: target, ahead: place, aheadStep: aheadStep)
                place += aheadStep * run * block.columnPanels.count
                if isLast { finish(rows, from: target + skipped, stride, out, row: row, columns, epilogue) }
            }
            first += run
        } while first < depth
    }

    /// Prefetches the result's memory, and the residual, while the sums are computed.
    private func prefetch(
        _ rows: Int, _ out: UnsafeMutablePointer<Float>, row: Int, _ columns: Range<Int>, _ epilogue: ProductEpilogue
    ) {
        let first = row * outputs.count + columns.lowerBound - outputs.lowerBound
        prefetchRows(UnsafePointer(out + first), outputs.count, rows, columns.count)
        if let residual = epilogue.residual { prefetchRows(residual + first, outputs.count, rows, columns.count) }
    }

    /// Writes sums to the result, with bias, activation and residual.
    private func finish(
        _ rows: Int, from sums: UnsafePointer<Float>, _ stride: Int, _ out: UnsafeMutablePointer<Float>, row: Int,
        _ columns: Range<Int>, _ epilogue: ProductEpilogue
    ) {
        let offset = row * outputs.count + columns.lowerBound - outputs.lowerBound
        epilogue.apply(
            kernels, out + offset, stride: outputs.count, from: (sums, stride), row: row, rows: rows,
            column: columns.lowerBound, columns: columns.count, residualOffset: offset)
    }

    /// The weights that are needed after a pass.
    private func fetched(
        behind block: Block, first: Int, run: Int, next: () -> Range<Int>?
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
