import KernelInterface

/// `left * weight^T` with a weight of bytes or of bfloat16. The rows of the left operand are rounded first. Then it goes on as
/// in ``PackedProduct``, but with a single pass over the depth.
///
/// Every element is the same sum in the same order however the product is cut, so the cut may depend on the number of threads.
struct NarrowProduct<Weight: NarrowWeight> {
    let weight: Weight
    let blocks: ProductBlocks

    private var kernels: any NarrowKernelSet.Type { weight.kernelSet }
    var outputs: Range<Int> { blocks.outputs }

    /// Columns of one task at most.
    private static var mostColumns: Int { 128 }
    /// Bytes of weights of a task at most.
    private static var mostBytes: Int { 524_288 }
    /// Multiply-adds that are worth a second thread.
    private static var leastWork: Int { 524_288 }
    /// Numbers that are worth a second thread while they are rounded.
    private static var leastNumbers: Int { 8_192 }

    init(weight: Weight, rows: Int, outputs: Range<Int>? = nil) {
        self.weight = weight
        let kernels = weight.kernelSet
        blocks = NarrowProduct.blocks(
            rows: rows, outputs: outputs ?? 0..<weight.columns, depth: weight.depth, weightBytes: kernels.weightBytes,
            tileRows: kernels.tileRows, tileColumns: kernels.tileColumns, threads: ComputeThreads.count)
    }

    /// The tasks of a product.
    ///
    /// - Parameter weightBytes: of one number of the weight.
    static func blocks(
        rows: Int, outputs: Range<Int>, depth: Int, weightBytes: Int, tileRows: Int, tileColumns: Int, threads: Int
    ) -> ProductBlocks {
        ProductBlocks(
            rows: rows, outputs: outputs, tileRows: tileRows, tileColumns: tileColumns,
            mostColumns: min(mostColumns, mostBytes / max(1, depth * weightBytes)),
            leastTiles: leastWork / max(1, max(tileRows, PackedProduct.leastRows) * tileColumns * depth),
            threads: threads)
    }

    /// How they are shared.
    static func split(_ blocks: ProductBlocks, depth: Int) -> WorkSplit {
        let work = max(PackedProduct.leastRows, blocks.mostRows) * blocks.width * blocks.tileColumns * depth
        return WorkSplit(each: blocks.count, least: leastWork / max(1, work))
    }

    /// How the rows are shared that are rounded.
    static func rowSplit(_ rows: Int, depth: Int, threads: Int = ComputeThreads.count) -> WorkSplit {
        WorkSplit(rows, least: leastNumbers / max(1, depth), threads: threads)
    }

    /// The left operand, rounded.
    private struct Rows {
        let bytes: UnsafeMutableRawPointer
        let stride: Int
        let units: UnsafeMutablePointer<Weight.RowUnit>
    }

    /// Bytes from one row to the next. Rows of a power of two would share the lines of the first cache.
    private var rowBytes: Int {
        let bytes = (weight.depth + 63) / 64 * 64 * kernels.numberBytes
        return bytes % 1024 == 0 ? bytes + 64 : bytes
    }

    /// - Parameters:
    ///   - left: `[rows, depth]`.
    ///   - out: `[rows, outputs]`; the residual is laid out alike, the bias belongs to all columns of the weight.
    func run(_ left: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, _ epilogue: ProductEpilogue) {
        if blocks.rows == 0 || outputs.isEmpty { return }
        let words = (blocks.rows * MemoryLayout<Weight.RowUnit>.stride + 3) / 4
        withScratch(words + blocks.rows * rowBytes / 4 + 16) { memory in
            let rows = Rows(
                bytes: UnsafeMutableRawPointer(memory + (words + 15) / 16 * 16), stride: rowBytes,
                units: UnsafeMutableRawPointer(memory).bindMemory(to: Weight.RowUnit.self, capacity: blocks.rows))
            let depth = weight.depth
            ParallelRows.forEachDisjoint(NarrowProduct.rowSplit(blocks.rows, depth: depth)) { range in
                for row in range {
                    rows.units[row] = weight.roundRow(rows.bytes + row * rows.stride, left + row * depth)
                }
            }
            multiply(rows, out, epilogue)
        }
    }

    private func multiply(_ rows: Rows, _ out: UnsafeMutablePointer<Float>, _ epilogue: ProductEpilogue) {
        let stride = blocks.width * kernels.tileColumns
        let exit = EarlyExit()
        ParallelRows.forEachNeighbouring(NarrowProduct.split(blocks, depth: weight.depth)) { range, probableNext in
            withScratch(blocks.height * stride) { sums in
                for index in range where !exit.isDue {
                    let next = index + 1 < range.upperBound ? index + 1 : probableNext()
                    multiply(
                        blocks[index], next: next.map { blocks[$0].columnPanels }, rows, out, epilogue, sums)
                }
            }
        }
    }

    /// - Parameters:
    ///   - next: the columns of this thread's next task, as far as that is known.
    ///   - sums: room for a panel of rows of the block.
    private func multiply(
        _ block: ProductBlocks.Block, next: Range<Int>?, _ left: Rows, _ out: UnsafeMutablePointer<Float>,
        _ epilogue: ProductEpilogue, _ sums: UnsafeMutablePointer<Float>
    ) {
        let tileColumns = kernels.tileColumns
        let columns = blocks.columns(block)
        let skipped = columns.lowerBound - block.columnPanels.lowerBound * tileColumns
        let stride = block.columnPanels.count * tileColumns
        let steps = block.rowPanels.count * block.columnPanels.count * weight.groups
        let aheadStep = ((next?.count ?? 0) * weight.panelBytes + steps - 1) / max(1, steps)
        var ahead = weight.place((next ?? block.columnPanels).lowerBound)
        for rowPanel in block.rowPanels {
            let row = blocks.firstRow(rowPanel)
            let count = blocks.rowCount(rowPanel)
            blocks.prefetch(count, out, row: row, columns, epilogue)
            weight.multiply(
                sums, stride: stride, left.bytes + row * left.stride, rowStride: left.stride, units: left.units + row,
                panels: block.columnPanels, rows: count, ahead: ahead, aheadStep: aheadStep)
            ahead += aheadStep * weight.groups * block.columnPanels.count
            blocks.finish(Kernels.active, count, from: sums + skipped, stride, out, row: row, columns, epilogue)
        }
    }
}
