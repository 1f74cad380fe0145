import KernelInterface

/// The sizes of one 3 x 3 convolution of pixels with their channels together, and the work on it.
///
/// A register tile holds neighbouring pixels of a result row. Its input under one row of the kernel already lies in
/// memory as a matrix whose rows overlap, so only tiles at the border are copied. A task multiplies a block of tiles by
/// one part of the depth after the other, so that weights are read once a block.
struct PixelConvolution {
    let weight: PackedWeight
    /// Of the result.
    let rows: Int
    /// Of the map.
    let height, width, channels, stride: Int
    /// The map's row under the kernel's first row for row 0 of the result.
    let firstRow: Int

    typealias Target = UnsafeMutablePointer<Float>
    typealias Source = UnsafePointer<Float>

    /// A part of the depth within one row of the kernel and one pass of the packed weight.
    private struct Part {
        let kernelRow, depth: Int
        /// The first element under this row of the kernel.
        let offset: Int
        let right: Source
        let panelStride: Int
    }

    private struct Tile {
        let row: Int
        let columns: Range<Int>
    }

    private var kernels: any KernelSet.Type { weight.kernels }
    var outWidth: Int { (width - 1) / stride + 1 }
    private var tilesOfRow: Int { (outWidth + kernels.tileRows - 1) / kernels.tileRows }
    /// Elements of the map under a row of the kernel, for a full tile.
    private var span: Int { ((kernels.tileRows - 1) * stride + 3) * channels }

    /// A weight of at most this many numbers stays in the second cache, so each tile can go through all of it.
    private static let smallWeight = 32_768
    /// Sums of a block at most, where tiles go through a larger weight together.
    private static let mostSums = 65_536
    /// Multiply-adds that are worth a second thread.
    private static let leastWork = 131_072

    /// Tiles of a block, which read the weights together. Where that leaves threads idle, there are fewer.
    private func blockTiles(_ threads: Int) -> Int {
        if weight.panels * kernels.tileColumns * weight.depth <= PixelConvolution.smallWeight { return 1 }
        return WorkSplit.taskSize(
            of: tiles, lists: 1,
            most: min(tiles, max(1, PixelConvolution.mostSums / (kernels.tileRows * weight.columns))),
            step: 1, least: min(4, tiles), threads: threads)
    }

    var tiles: Int { rows * tilesOfRow }

    /// Tiles of a task, and how the tasks are shared.
    func split(threads: Int) -> (tiles: Int, split: WorkSplit) {
        let most = max(1, blockTiles(threads))
        let work = kernels.tileRows * most * weight.columns * weight.depth
        let (count, least) = ((tiles + most - 1) / most, PixelConvolution.leastWork / max(1, work))
        return (
            most, most == 1 ? WorkSplit(count, least: least, threads: threads) : WorkSplit(each: count, least: least)
        )
    }

    /// A tile by its number. All tiles of a row are of nearly equal width.
    private func tile(_ index: Int) -> Tile {
        let (row, place) = (index / tilesOfRow, index % tilesOfRow)
        return Tile(row: row, columns: place * outWidth / tilesOfRow..<(place + 1) * outWidth / tilesOfRow)
    }

    func run(_ out: Target, _ source: Source, _ epilogue: ProductEpilogue) {
        let (most, split) = split(threads: ComputeThreads.count)
        let tileSize = kernels.tileRows * weight.columns
        let parts = parts
        ParallelRows.forEachDisjoint(split) { range in
            withScratch(most * tileSize + kernels.tileRows * kernels.tileColumns + span) { sums in
                let edge = sums + most * tileSize
                let border = edge + kernels.tileRows * kernels.tileColumns
                for block in range {
                    let members = block * most..<min(tiles, (block + 1) * most)
                    kernels.fillRow(sums, with: 0, count: members.count * tileSize)
                    for (number, part) in parts.enumerated() {
                        let next = most == 1 ? nil : parts[(number + 1) % parts.count].right
                        for index in members {
                            multiply(
                                tile(index), part, sums + (index - members.lowerBound) * tileSize, source, edge, border,
                                next: next, share: (index - members.lowerBound, members.count))
                        }
                    }
                    for index in members {
                        finish(tile(index), sums + (index - members.lowerBound) * tileSize, out, epilogue)
                    }
                }
            }
        }
    }

    /// The depth, cut where a row of the kernel or a pass of the packed weight ends.
    private var parts: [Part] {
        let run = 3 * channels
        var parts: [Part] = []
        var depth = 0
        while depth < weight.depth {
            let kernelRow = depth / run
            let first = depth / weight.passDepth * weight.passDepth
            let pass = min(weight.passDepth, weight.depth - first)
            let end = min(first + pass, (kernelRow + 1) * run)
            // ConvolutionWeight keeps its numbers in single precision.
            let panel = weight.place(0, first: first, run: pass).assumingMemoryBound(to: Float.self)
            parts.append(
                Part(
                    kernelRow: kernelRow, depth: end - depth, offset: depth - kernelRow * run,
                    right: panel + (depth - first) * kernels.tileColumns,
                    panelStride: kernels.tileColumns * pass))
            depth = end
        }
        return parts
    }

    /// Adds one part of the depth to the sums of one tile, and prefetches this tile's share of the next weights.
    private func multiply(
        _ tile: Tile, _ part: Part, _ sums: Target, _ source: Source, _ edge: Target, _ border: Target, next: Source?,
        share: (index: Int, count: Int)
    ) {
        let y = firstRow + tile.row * stride + part.kernelRow
        // A row of zeros adds nothing.
        if y < 0 || y >= height { return }
        let x = tile.columns.lowerBound * stride - 1
        let pixels = (tile.columns.count - 1) * stride + 3
        let line = source + y * width * channels
        var left = line + x * channels
        if x < 0 || x + pixels > width {
            let inside = max(0, x)..<min(width, x + pixels)
            let count = inside.count * channels
            kernels.fillRow(border, with: 0, count: pixels * channels)
            kernels.copyRow(
                border + (inside.lowerBound - x) * channels, line + inside.lowerBound * channels, count: count)
            left = UnsafePointer(border)
        }
        // The next part is about as large as this one.
        let step = (MemoryLayout<Float>.stride * kernels.tileColumns + share.count - 1) / share.count
        let steps = weight.panels * part.depth
        kernels.multiplyRows(
            sums, stride: weight.columns, left + part.offset, rowStride: stride * channels, depthStride: 1,
            by: part.right, panelStride: part.panelStride,
            rows: tile.columns.count, columns: weight.columns, depth: part.depth, accumulate: true, edge: edge,
            ahead: next.map { UnsafeRawPointer($0) + share.index * step * steps } ?? UnsafeRawPointer(part.right),
            aheadStep: next == nil ? 0 : step)
    }

    private func finish(_ tile: Tile, _ sums: Source, _ out: Target, _ epilogue: ProductEpilogue) {
        epilogue.apply(
            kernels, out + (tile.row * outWidth + tile.columns.lowerBound) * weight.columns, stride: weight.columns,
            from: (sums, weight.columns), row: 0, rows: tile.columns.count, column: 0, columns: weight.columns,
            residualOffset: 0)
    }
}
