import KernelInterface

/// A convolution as a product of the weights with what lies under the kernel at each place, a column each.
extension ConvolutionGeometry {
    private var depth: Int { channels / groups * kernelHeight * kernelWidth }
    private var groupOut: Int { outChannels / groups }

    /// How the work is cut. In this package's own product every element is the same sum however that is, so it may depend on
    /// the number of threads.
    struct UnrolledCut {
        /// Pixels of a task, which unrolls its own columns and multiplies all weights with them.
        let run: Int
        /// How the runs of all images and groups are shared.
        let split: WorkSplit
        /// For a map with too few pixels for all threads: how the rows are shared in which all columns are unrolled first, and
        /// then the blocks of the product.
        let shared: (rows: WorkSplit, blocks: ProductBlocks, split: WorkSplit)?
    }

    /// - Parameter threads: which the work is for; 1 where the shape alone is to decide.
    func unrolledCut(tileRows: Int, tileColumns: Int, threads: Int) -> UnrolledCut {
        let lists = batch * groups
        let most = min(1024, max(64, 262_144 / max(1, depth) / 32 * 32))
        let run = WorkSplit.taskSize(
            of: pixels, lists: lists, most: most, step: tileColumns, least: tileColumns, threads: threads)
        let runs = (pixels + run - 1) / run
        let split = WorkSplit(each: lists * runs, least: 1)
        if threads == 1 || split.count >= WorkSplit.tasksPerThread * threads || pixels > most {
            return UnrolledCut(run: run, split: split, shared: nil)
        }
        let blocks = PackedProduct.blocks(
            rows: groupOut, outputs: 0..<pixels, depth: depth, passDepth: 1, tileRows: tileRows,
            tileColumns: tileColumns, threads: threads)
        return UnrolledCut(
            run: run, split: split,
            shared: (
                WorkSplit(depth, least: 4_096 / max(1, pixels), threads: threads), blocks,
                PackedProduct.split(blocks, depth: depth)
            ))
    }

    func runUnrolled(_ out: Target, _ source: Source, _ weight: Source, _ epilogue: ProductEpilogue) {
        let block = MatrixBlock.active
        let kernels = block.kernels
        let cut = unrolledCut(
            tileRows: kernels.tileRows, tileColumns: kernels.tileColumns,
            threads: block.library == nil ? ComputeThreads.count : 1)
        if let (rows, blocks, split) = cut.shared {
            for index in 0..<batch * groups {
                withScratch(depth * pixels) { columns in
                    ParallelRows.forEachDisjoint(rows) { unroll(columns, source, index, rows: $0, 0..<pixels) }
                    ParallelRows.forEachDisjoint(split) {
                        for number in $0 {
                            let made = blocks[number]
                            let first = blocks.firstRow(made.rowPanels.lowerBound)
                            multiply(
                                block, out, weight, columns, index,
                                rows: first..<blocks.firstRow(made.rowPanels.upperBound),
                                blocks.columns(made), from: 0..<pixels, epilogue)
                        }
                    }
                }
            }
            return
        }
        let runs = (pixels + cut.run - 1) / cut.run
        ParallelRows.forEachDisjoint(cut.split) { range in
            withScratch(depth * cut.run) { columns in
                for index in range {
                    let first = (index % runs) * cut.run
                    let places = first..<min(pixels, first + cut.run)
                    unroll(columns, source, index / runs, rows: 0..<depth, places)
                    multiply(
                        block, out, weight, columns, index / runs, rows: 0..<groupOut, places, from: places, epilogue)
                }
            }
        }
    }

    /// Writes some rows of the columns of some pixels: what a place of the kernel sees of a channel, pixel after pixel.
    private func unroll(_ columns: Target, _ source: Source, _ index: Int, rows: Range<Int>, _ places: Range<Int>) {
        let kernelSize = kernelHeight * kernelWidth
        let groupChannels = channels / groups
        let planes = source + (index / groups * channels + index % groups * groupChannels) * height * width
        for row in rows {
            let place = row % kernelSize
            Kernels.active.unrollPlaneRow(
                columns + row * places.count, planes + (row / kernelSize) * height * width, height: height,
                width: width, outWidth: outWidth, stride: stride, padding: padding, kernelRow: place / kernelWidth,
                kernelColumn: place % kernelWidth, firstPixel: places.lowerBound, count: places.count)
        }
    }

    /// Some channels of some pixels, whose columns lie among those of `unrolled`.
    private func multiply(
        _ block: MatrixBlock, _ out: Target, _ weight: Source, _ columns: Source, _ index: Int, rows: Range<Int>,
        _ places: Range<Int>, from unrolled: Range<Int>, _ epilogue: ProductEpilogue
    ) {
        let row = index % groups * groupOut + rows.lowerBound
        let target = out + (index / groups * outChannels + row) * pixels + places.lowerBound
        block.multiply(
            target, stride: pixels, .rowMajor(weight + row * depth, stride: depth),
            .rowMajor(columns + places.lowerBound - unrolled.lowerBound, stride: unrolled.count), rows: rows.count,
            columns: places.count, depth: depth)
        epilogue.apply(
            block.kernels, target, stride: pixels, row: row, rows: rows.count, column: 0, columns: places.count,
            residualOffset: 0)
    }
}
